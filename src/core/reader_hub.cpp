#include "core/reader_hub.hpp"

#include <algorithm>
#include <cassert>

#include "core/subscription.hpp"

namespace belay {

void ReaderHub::add(Subscription& subscription) {
  RunLog& log = *subscription.log_;
  by_log_[&log].list.push_back(&subscription);
  ++readers_;
  log.reader_joined(loop_.index());
}

void ReaderHub::remove(Subscription& subscription) {
  RunLog& log = *subscription.log_;
  const auto found = by_log_.find(&log);
  assert(found != by_log_.end());
  Readers& readers = found->second;
  const auto at = std::find(readers.list.begin(), readers.list.end(), &subscription);
  assert(at != readers.list.end());
  *at = nullptr;
  readers.has_gaps = true;
  --readers_;
  log.reader_left();
  if (readers.walking == 0) tidy(log, readers);
}

void ReaderHub::tidy(RunLog& log, Readers& readers) {
  if (!readers.has_gaps) return;
  std::erase(readers.list, nullptr);
  readers.has_gaps = false;
  if (!readers.list.empty()) return;
  by_log_.erase(&log);
  log.loop_has_no_reader(loop_.index());
}

void ReaderHub::wake(RunLog& log) {
  const auto found = by_log_.find(&log);
  if (found == by_log_.end()) return;
  Readers& readers = found->second;  // stays where it is: nobody erases it while it is walked
  ++readers.walking;
  for (std::size_t i = 0; i < readers.list.size(); ++i)
    if (Subscription* const reader = readers.list[i]) reader->wake();
  if (--readers.walking == 0) tidy(log, readers);
}

void ReaderHub::wake_from_elsewhere(std::vector<std::shared_ptr<RunLog>> logs) {
  loop_.post([this, logs = std::move(logs)] {
    for (const auto& log : logs) wake(*log);
  });
}

}  // namespace belay
