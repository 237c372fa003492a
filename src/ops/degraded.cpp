#include "ops/degraded.hpp"

namespace belay::ops {
namespace {

// What the operator can do about it.
std::string_view advice(DegradedReason reason) {
  switch (reason) {
    case DegradedReason::storage_full:
      return "Free space where the data directory is. New runs are refused until then; nothing is lost.";
    case DegradedReason::journal_full:
      return "The store does not keep up with the journal: look at the disk, or raise journal.max_size. New "
             "runs are refused until then.";
    case DegradedReason::journal_failing:
      return "Check the disk of the data directory. Nothing is delivered that cannot be written; it is tried "
             "again.";
    case DegradedReason::journal_stalled:
    case DegradedReason::store_stalled:
      return "The disk of the data directory is slow or does not answer, or another process holds the "
             "database.";
    case DegradedReason::store_failing:
      return "Check the disk of the data directory and the rights of belay.db. What is not stored waits in "
             "the journal.";
    case DegradedReason::data_directory_gone:
      return "Put the data directory back, or restart the server. What is written now is lost when it ends.";
    case DegradedReason::sign_in_keys:
      return "Look at the issuers' JWKS addresses. Fetching is tried again.";
  }
  return {};
}

bool leaves_no_store(DegradedReason reason) {
  return reason == DegradedReason::store_failing || reason == DegradedReason::data_directory_gone;
}

}  // namespace

std::string_view to_string(DegradedReason reason) {
  switch (reason) {
    case DegradedReason::storage_full:
      return "storage_full";
    case DegradedReason::journal_full:
      return "journal_full";
    case DegradedReason::journal_failing:
      return "journal_failing";
    case DegradedReason::journal_stalled:
      return "journal_stalled";
    case DegradedReason::store_failing:
      return "store_failing";
    case DegradedReason::store_stalled:
      return "store_stalled";
    case DegradedReason::data_directory_gone:
      return "data_directory_gone";
    case DegradedReason::sign_in_keys:
      return "sign_in_keys";
  }
  return {};
}

Degraded::Degraded(Log& log, Metrics& metrics, Health& health, const Clock& clock)
    : log_(log), metrics_(metrics), health_(health), clock_(clock) {
  for (const DegradedReason reason : kReasons) metrics_.degraded.with({to_string(reason)}).set(0);
}

void Degraded::report(DegradedReason reason, const std::optional<Error>& why) {
  const std::lock_guard lock(mutex_);
  const auto found = since_.find(reason);
  if (why.has_value() == (found != since_.end())) return;
  const std::string_view name = to_string(reason);
  metrics_.degraded.with({name}).set(why ? 1 : 0);
  if (why) {
    since_.emplace(reason, clock_.steady());
    health_.set_degraded(std::string(name));
    log_.error("degraded", {{"reason", name},
                            {"code", to_string(why->code)},
                            {"detail", why->detail},
                            {"advice", advice(reason)}});
  } else {
    const auto lasted = std::chrono::duration_cast<Milliseconds>(clock_.steady() - found->second);
    since_.erase(found);
    health_.clear_degraded(name);
    log_.warning("degraded_ended", {{"reason", name}, {"after_ms", lasted}});
  }
  bool has_store = true;
  for (const auto& [each, since] : since_) has_store = has_store && !leaves_no_store(each);
  health_.set_store(has_store ? Health::Store::available : Health::Store::missing);
}

bool Degraded::is(DegradedReason reason) const {
  const std::lock_guard lock(mutex_);
  return since_.contains(reason);
}

}  // namespace belay::ops
