#include "core/log/reader_hub.hpp"

#include <algorithm>
#include <cassert>

#include "base/fetch.hpp"
#include "core/log/subscription.hpp"

namespace belay {
namespace {

const Subscription* first_of(const LogReaders* readers) {
  return readers && !readers->list.empty() ? readers->list.front() : nullptr;
}

}  // namespace

void ReaderHub::add(Subscription& subscription) {
  LogBuffer& log = *subscription.log_;
  LogReaders& readers = by_log_[&log];
  if (log.is_written_on(loop_.index())) log.set_readers_here(&readers);
  subscription.place_in_hub_ = readers.list.size();
  readers.list.push_back(&subscription);
  ++readers_;
  log.reader_joined(loop_.index());
}

void ReaderHub::remove(Subscription& subscription) {
  LogBuffer& log = *subscription.log_;
  const auto found = by_log_.find(&log);
  assert(found != by_log_.end());
  LogReaders& readers = found->second;
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

void ReaderHub::close_gaps(LogReaders& readers) {
  const auto gaps = std::remove(readers.list.begin(), readers.list.end(), nullptr);
  readers.list.erase(gaps, readers.list.end());
  for (std::size_t place = 0; place < readers.list.size(); ++place)
    readers.list[place]->place_in_hub_ = place;
  readers.has_gaps = false;
}

void ReaderHub::forget_if_unread(LogBuffer& log, const LogReaders& readers) {
  if (!readers.list.empty()) return;
  if (log.is_written_on(loop_.index())) log.set_readers_here(nullptr);
  by_log_.erase(&log);
  log.loop_has_no_reader(loop_.index());
}

LogReaders* ReaderHub::find(LogBuffer& log) {
  const auto found = by_log_.find(&log);
  return found == by_log_.end() ? nullptr : &found->second;
}

void ReaderHub::fetch_readers(const LogBuffer& log) {
  prefetch_memory(log.readers_here(), sizeof(LogReaders));
}

void ReaderHub::fetch_first_reader(const LogBuffer& log) {
  if (const Subscription* const reader = first_of(log.readers_here()))
    prefetch_memory(reader, sizeof(Subscription));
}

void ReaderHub::prefetch_rendition(const LogBuffer& log) {
  const Subscription* const reader = first_of(log.readers_here());
  if (!reader) return;
  // The first part of the waker. Its full size is not known here.
  constexpr std::size_t kBeginning = 3 * kCacheLine;
  prefetch_memory(reader->waker_, kBeginning);
  prefetch_memory(reader->near_rendition_, sizeof(Rendition));
}

// The list of readers is not erased while it is being walked.
void ReaderHub::wake_all(LogBuffer& log, LogReaders& readers) {
  ++readers.walking;
  for (std::size_t i = 0; i < readers.list.size(); ++i)
    if (Subscription* const reader = readers.list[i]) reader->wake();
  if (--readers.walking > 0 || !readers.has_gaps) return;
  close_gaps(readers);
  forget_if_unread(log, readers);
}

void ReaderHub::wake_from_other_loop(std::vector<std::shared_ptr<LogBuffer>> logs) {
  loop_.post([this, logs = std::move(logs)] {
    for (const auto& log : logs)
      if (LogReaders* const readers = find(*log)) wake_all(*log, *readers);
  });
}

}  // namespace belay
