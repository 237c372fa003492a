#include "core/reader_hub.hpp"

#include <algorithm>
#include <cassert>

#include "core/subscription.hpp"

namespace belay {

void ReaderHub::add(Subscription& subscription) {
  RunLog& log = *subscription.log_;
  std::vector<Subscription*>& list = by_log_[&log].list;
  subscription.place_in_hub_ = list.size();
  list.push_back(&subscription);
  ++readers_;
  log.reader_joined(loop_.index());
}

void ReaderHub::remove(Subscription& subscription) {
  RunLog& log = *subscription.log_;
  const auto found = by_log_.find(&log);
  assert(found != by_log_.end());
  Readers& readers = found->second;
  const std::size_t place = subscription.place_in_hub_;
  assert(readers.list.at(place) == &subscription);
  --readers_;
  log.reader_left();
  if (readers.walking > 0) {
    readers.list[place] = nullptr;
    readers.has_gaps = true;
    return;
  }
  readers.list[place] = readers.list.back();
  readers.list[place]->place_in_hub_ = place;
  readers.list.pop_back();
  forget_if_unread(log, readers);
}

void ReaderHub::close_gaps(Readers& readers) {
  std::erase(readers.list, nullptr);
  for (std::size_t place = 0; place < readers.list.size(); ++place)
    readers.list[place]->place_in_hub_ = place;
  readers.has_gaps = false;
}

void ReaderHub::forget_if_unread(RunLog& log, const Readers& readers) {
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
  if (--readers.walking > 0 || !readers.has_gaps) return;
  close_gaps(readers);
  forget_if_unread(log, readers);
}

void ReaderHub::wake_from_elsewhere(std::vector<std::shared_ptr<RunLog>> logs) {
  loop_.post([this, logs = std::move(logs)] {
    for (const auto& log : logs) wake(*log);
  });
}

}  // namespace belay
