#include "app/storage_watch.hpp"

namespace belay::app {
namespace {

using ops::DegradedReason;

constexpr Milliseconds kLook{200};
constexpr int kLooksASecond = 5;
// After this many times max_stall the stalled store counts as missing.
constexpr int kStallsWithoutStore = 5;

Error stalled(std::string_view what, Milliseconds since) {
  return make_error(ErrorCode::unavailable,
                    std::string(what) + " has been under way for " + std::to_string(since.count()) + " ms.");
}

}  // namespace

StorageWatch::StorageWatch(const Parts& parts)
    : parts_(parts),
      timer_(parts.loop.timers(),
             [this] {
               timer_.arm(kLook);
               look();
             }),
      self_(std::make_shared<StorageWatch*>(this)) {
  if (const auto free = parts_.data.free_space()) free_bytes_ = static_cast<std::int64_t>(free->value);
}

void StorageWatch::start() {
  timer_.arm(kLook);
}

std::optional<std::uint64_t> StorageWatch::free_bytes() const {
  const std::int64_t bytes = free_bytes_;
  return bytes < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(bytes));
}

void StorageWatch::look() {
  parts_.store.give_up_stalled();
  if (++looks_ % kLooksASecond != 0) return;
  look_at_journal();
  look_at_store();
  look_at_directory();
}

void StorageWatch::look_at_journal() {
  const Result<> writable = parts_.journal.accepts_writes();
  std::optional<Error> disk_full, journal_full;
  if (!writable && writable.error().code == ErrorCode::storage_full)
    (writable.error().limit == "journal.max_size" ? journal_full : disk_full) = writable.error();
  const auto store = parts_.store.condition();
  if (!disk_full && store.failing && store.failing->code == ErrorCode::storage_full)
    disk_full = store.failing;
  parts_.degraded.report(DegradedReason::storage_full, disk_full);
  parts_.degraded.report(DegradedReason::journal_full, journal_full);

  const auto journal = parts_.journal.condition();
  std::optional<Error> failing = journal.failing;
  if (!failing) failing = parts_.journal.removal_error();
  parts_.degraded.report(DegradedReason::journal_failing, failing);
  parts_.degraded.report(DegradedReason::journal_stalled,
                         journal.syncing < parts_.max_log_wait
                             ? std::nullopt
                             : std::optional(stalled("A commit of the journal", journal.syncing)));
}

void StorageWatch::look_at_store() {
  const auto store = parts_.store.condition();
  std::optional<Error> failing, slow;
  if (store.failing && store.failing->code != ErrorCode::storage_full) failing = store.failing;
  if (store.busy >= parts_.max_stall) slow = stalled("An operation of the store", store.busy);
  if (store.busy >= kStallsWithoutStore * parts_.max_stall) failing = slow;
  parts_.degraded.report(DegradedReason::store_failing, failing);
  parts_.degraded.report(DegradedReason::store_stalled, slow);
  // Probe, because perhaps no other writer would notice that the store works again.
  if (store.failing && !slow) parts_.store.probe();
}

void StorageWatch::look_at_directory() {
  if (asking_) return;
  asking_ = parts_.workers.submit([self = std::weak_ptr(self_), &data = parts_.data, &loop = parts_.loop] {
    Result<> there = data.check();
    Result<ByteCount> free = data.free_space();
    loop.post([self, there = std::move(there), free = std::move(free)] {
      if (const auto watch = self.lock()) (*watch)->take_directory(there, free);
    });
  });
}

void StorageWatch::take_directory(const Result<>& there, const Result<ByteCount>& free) {
  asking_ = false;
  if (free) free_bytes_ = static_cast<std::int64_t>(free->value);
  const std::optional<Error> gone = there ? std::nullopt : std::optional(there.error());
  parts_.degraded.report(DegradedReason::data_directory_gone, gone);
  if (!gone) return parts_.journal.block_writes(std::nullopt);
  Error counters_full =
      make_error(ErrorCode::unavailable, "The server cannot store anything at the moment. Try again later.");
  counters_full.retry_after = Milliseconds(5'000);
  parts_.journal.block_writes(std::move(counters_full));
}

}  // namespace belay::app
