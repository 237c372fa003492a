#include "core/log/log_committer.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace belay {
namespace {
constexpr Milliseconds kFirstPause{50};
constexpr Milliseconds kMaxPause{1000};
}  // namespace

LogCommitter::LogCommitter(Loop& loop, std::unique_ptr<LogWriter> writer, std::vector<ReaderHub*>& hubs)
    : loop_(loop), writer_(std::move(writer)), hubs_(hubs), again_(loop.timers(), [this] {
        failing_ = false;
        commit();
      }) {
  loop_.add_turn_hook(*this);
}

void LogCommitter::schedule(CommitListener& owner, LogBuffer& log) {
  if (owner.scheduled_) return;
  owner.scheduled_ = true;
  scheduled_.push_back({&owner, &log});
}

void LogCommitter::mark(const RunId& run, RunMark mark) {
  marks_.push_back({run, mark});
}

void LogCommitter::turn_ended() {
  if (scheduled_.empty() && marks_.empty()) return;
  commit();
  // Listeners that were notified may have appended events. These need another turn, and it must start without
  // waiting for the network.
  if (!scheduled_.empty() && !committing_ && !failing_) loop_.post([] {});
}

void LogCommitter::commit() {
  if (committing_ || failing_ || (scheduled_.empty() && marks_.empty())) return;
  committing_ = true;
  in_commit_.swap(scheduled_);
  marks_in_commit_.swap(marks_);
  appends_.clear();
  for (const Scheduled& each : in_commit_) {
    each.owner->scheduled_ = false;
    each.log->collect_uncommitted(appends_);
  }
  writer_->commit(appends_, marks_in_commit_, [this](Result<> result) { finished(std::move(result)); });
}

void LogCommitter::finished(Result<> result) {
  assert(committing_);
  committing_ = false;
  if (result) {
    pause_ = Milliseconds(0);
    deliver();
  } else {
    retry_or_reject(result.error());
  }
}

void LogCommitter::deliver() {
  elsewhere_.resize(hubs_.size());
  marks_in_commit_.clear();
  // A listener that is notified may schedule itself again, or may be destroyed.
  notified_.clear();
  notified_.swap(in_commit_);
  // Each log is completely processed while its memory is in the processor's caches. The end of a run is more
  // work, so the readers of runs that continue are woken first.
  std::size_t ended = 0;
  for (std::size_t i = 0; i < notified_.size(); ++i) {
    prefetch(i);
    const Scheduled each = notified_[i];
    if (each.log->is_collected_to_the_end() || each.log->is_published_after_ends()) {
      notified_[ended++] = each;
      continue;
    }
    publish(each);
    each.owner->on_published();
  }
  wake_other_loops();
  if (ended == 0) return;
  for (std::size_t i = 0; i < ended; ++i)
    if (notified_[i].log->is_collected_to_the_end()) notified_[i].owner->on_end_durable();
  for (std::size_t i = 0; i < ended; ++i) publish(notified_[i]);
  wake_other_loops();
  for (std::size_t i = 0; i < ended; ++i) notified_[i].owner->on_published();
}

void LogCommitter::publish(const Scheduled& scheduled) {
  scheduled.log->publish_collected();
  collect_readers(*scheduled.log);
}

void LogCommitter::wake_readers(LogBuffer& log) {
  collect_readers(log);
  wake_other_loops();
}

// Wakes the readers on this loop. Those on other loops are collected first. wake_other_loops() then notifies each loop
// once.
void LogCommitter::collect_readers(LogBuffer& log) {
  const std::uint64_t here = std::uint64_t(1) << loop_.index();
  const std::uint64_t loops = log.reader_loops();
  if (loops & here) hubs_[loop_.index()]->wake(log);
  for (std::uint64_t others = loops & ~here; others != 0; others &= others - 1)
    elsewhere_[static_cast<std::size_t>(std::countr_zero(others))].push_back(log.shared_from_this());
}

void LogCommitter::wake_other_loops() {
  for (std::size_t index = 0; index < elsewhere_.size(); ++index)
    if (!elsewhere_[index].empty()) hubs_[index]->wake_from_other_loop(std::exchange(elsewhere_[index], {}));
}

// Prefetches memory for the logs after the one that is being notified. The farther ahead a log is, the less
// of its memory has been fetched yet.
void LogCommitter::prefetch(std::size_t now) const {
  const auto log_at = [this](std::size_t i) { return i < notified_.size() ? notified_[i].log : nullptr; };
  if (const LogBuffer* const log = log_at(now + 6)) ReaderHub::fetch_readers(*log);
  if (const LogBuffer* const log = log_at(now + 4)) ReaderHub::fetch_first_reader(*log);
  if (const LogBuffer* const log = log_at(now + 2)) ReaderHub::prefetch_rendition(*log);
}

void LogCommitter::retry_or_reject(const Error& error) {
  failing_ = true;
  marks_.insert(marks_.begin(), marks_in_commit_.begin(), marks_in_commit_.end());
  marks_in_commit_.clear();
  const std::vector<Scheduled> refused = std::exchange(in_commit_, {});
  for (const auto& [owner, log] : refused) {
    log->uncollect();
    if (log->last() == 0) {
      // The listener has appended again in the meantime: that is dropped, too.
      if (std::exchange(owner->scheduled_, false))
        std::erase_if(scheduled_, [owner = owner](const Scheduled& each) { return each.owner == owner; });
      owner->on_refused(error);
    } else {
      schedule(*owner, *log);
    }
  }
  pause_ = std::clamp(pause_ * 2, kFirstPause, kMaxPause);
  again_.arm(pause_);
}

}  // namespace belay
