#include "core/log_committer.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace belay {
namespace {
constexpr Milliseconds kFirstPause{50};
constexpr Milliseconds kMostPause{1000};
}  // namespace

LogCommitter::LogCommitter(Loop& loop, std::unique_ptr<EventWriter> writer, std::vector<ReaderHub*>& hubs)
    : loop_(loop), writer_(std::move(writer)), hubs_(hubs), again_(loop.timers(), [this] {
        failing_ = false;
        commit();
      }) {
  loop_.add_turn_hook(*this);
}

void LogCommitter::touch(LogOwner& owner, RunLog& log) {
  if (owner.touched_) return;
  owner.touched_ = true;
  touched_.push_back({&owner, &log});
}

void LogCommitter::mark(const RunId& run, RunMark mark) {
  marks_.push_back({run, mark});
}

void LogCommitter::turn_ended() {
  if (touched_.empty() && marks_.empty()) return;
  commit();
  // Owners that were told may have appended: theirs is the next turn, which must not wait for the network.
  if (!touched_.empty() && !committing_ && !failing_) loop_.post([] {});
}

void LogCommitter::commit() {
  if (committing_ || failing_ || (touched_.empty() && marks_.empty())) return;
  committing_ = true;
  under_way_.swap(touched_);
  marks_under_way_.swap(marks_);
  appends_.clear();
  for (const Touched& each : under_way_) {
    each.owner->touched_ = false;
    each.log->collect_uncommitted(appends_);
  }
  writer_->commit(appends_, marks_under_way_, [this](Result<> result) { finished(std::move(result)); });
}

void LogCommitter::finished(Result<> result) {
  assert(committing_);
  committing_ = false;
  if (result) {
    pause_ = Milliseconds(0);
    deliver();
  } else {
    give_back(result.error());
  }
}

void LogCommitter::deliver() {
  elsewhere_.resize(hubs_.size());
  marks_under_way_.clear();
  // An owner that is told may touch this committer again, or go away.
  told_.clear();
  told_.swap(under_way_);
  // All at once for each, as its memory is at hand. The end of a run is more work, so the readers of runs
  // that go on come first.
  std::size_t ended = 0;
  for (std::size_t i = 0; i < told_.size(); ++i) {
    fetch_ahead(i);
    const Touched each = told_[i];
    if (each.log->is_collected_to_the_end()) {
      told_[ended++] = each;
      continue;
    }
    publish(each);
    each.owner->on_published();
  }
  wake_elsewhere();
  if (ended == 0) return;
  for (std::size_t i = 0; i < ended; ++i) {
    told_[i].owner->on_end_durable();
    publish(told_[i]);
  }
  wake_elsewhere();
  for (std::size_t i = 0; i < ended; ++i) told_[i].owner->on_published();
}

// Readers on other loops are gathered: wake_elsewhere() tells each loop once.
void LogCommitter::publish(const Touched& touched) {
  const std::uint64_t here = std::uint64_t(1) << loop_.index();
  RunLog& log = *touched.log;
  log.publish_collected();
  const std::uint64_t loops = log.reader_loops();
  if (loops & here) hubs_[loop_.index()]->wake(log);
  for (std::uint64_t others = loops & ~here; others != 0; others &= others - 1)
    elsewhere_[static_cast<std::size_t>(std::countr_zero(others))].push_back(log.shared_from_this());
}

void LogCommitter::wake_elsewhere() {
  for (std::size_t index = 0; index < elsewhere_.size(); ++index)
    if (!elsewhere_[index].empty()) hubs_[index]->wake_from_elsewhere(std::exchange(elsewhere_[index], {}));
}

// Of the logs behind the one that is told now: the farther ahead, the less of it is known yet.
void LogCommitter::fetch_ahead(std::size_t now) const {
  const auto log_at = [this](std::size_t i) { return i < told_.size() ? told_[i].log : nullptr; };
  if (const RunLog* const log = log_at(now + 6)) ReaderHub::fetch_readers(*log);
  if (const RunLog* const log = log_at(now + 4)) ReaderHub::fetch_first_reader(*log);
  if (const RunLog* const log = log_at(now + 2)) ReaderHub::fetch_what_it_reads(*log);
}

void LogCommitter::give_back(const Error& error) {
  failing_ = true;
  marks_.insert(marks_.begin(), marks_under_way_.begin(), marks_under_way_.end());
  marks_under_way_.clear();
  const std::vector<Touched> refused = std::exchange(under_way_, {});
  for (const auto& [owner, log] : refused) {
    log->uncollect();
    if (log->last() == 0) {
      // Appended again meanwhile: it is no longer wanted there either.
      if (std::exchange(owner->touched_, false))
        std::erase_if(touched_, [owner = owner](const Touched& each) { return each.owner == owner; });
      owner->on_refused(error);
    } else {
      touch(*owner, *log);
    }
  }
  pause_ = std::clamp(pause_ * 2, kFirstPause, kMostPause);
  again_.arm(pause_);
}

}  // namespace belay
