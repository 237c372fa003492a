#include "storage/journal/segment_ledger.hpp"

#include <algorithm>
#include <cassert>

namespace belay::storage {

void SegmentLedger::add_runs(std::span<const RunId> runs) {
  if (runs.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const RunId& id : runs) runs_[id].active = true;
}

void SegmentLedger::segment_closed(std::size_t loop, std::filesystem::path path, std::uint64_t bytes,
                                   const SegmentRuns& runs) {
  const std::lock_guard lock(mutex_);
  Closed& segment = *closed_.at(loop).emplace_back(std::make_unique<Closed>(Closed{std::move(path), bytes}));
  for (const auto& [id, in_segment] : runs.all()) {
    const auto run = runs_.find(id);
    assert(run != runs_.end());
    run->second.active = false;
    if (in_segment.last > run->second.released) {
      run->second.holds.push_back({&segment, in_segment.last});
      ++segment.needed_by;
    } else if (run->second.holds.empty()) {
      runs_.erase(run);
    }
  }
}

void SegmentLedger::forget_trimmed(SegmentRuns& active) {
  const std::lock_guard lock(mutex_);
  active.forget_if([&](const RunId& id, const RunInSegment& in_segment) {
    const auto run = runs_.find(id);
    assert(run != runs_.end());
    if (in_segment.last > run->second.released) return false;
    run->second.active = false;
    if (run->second.holds.empty()) runs_.erase(run);
    return true;
  });
}

void SegmentLedger::trim(const RunId& id, Offset through) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return;  // the run is in no segment of this process
  Run& run = found->second;
  run.released = std::max(run.released, through);
  std::erase_if(run.holds, [&](const Hold& hold) {
    if (hold.last > run.released) return false;
    --hold.segment->needed_by;
    return true;
  });
  if (run.holds.empty() && !run.active) runs_.erase(found);
}

void SegmentLedger::allow_removal(bool allowed) {
  const std::lock_guard lock(mutex_);
  allowed_ = allowed;
}

std::vector<SegmentLedger::Removable> SegmentLedger::take_removable() {
  std::vector<Removable> removable;
  const std::lock_guard lock(mutex_);
  if (!allowed_) return removable;
  for (auto& segments : closed_)
    for (; !segments.empty() && segments.front()->needed_by == 0; segments.pop_front())
      removable.push_back({std::move(segments.front()->path), segments.front()->bytes});
  return removable;
}

bool SegmentLedger::has_removable() const {
  const std::lock_guard lock(mutex_);
  return allowed_ && std::any_of(closed_.begin(), closed_.end(), [](const auto& segments) {
           return !segments.empty() && segments.front()->needed_by == 0;
         });
}

std::size_t SegmentLedger::closed_segments(std::size_t loop) const {
  const std::lock_guard lock(mutex_);
  return closed_.at(loop).size();
}

std::size_t SegmentLedger::runs() const {
  const std::lock_guard lock(mutex_);
  return runs_.size();
}

std::vector<RunId> SegmentLedger::pinning(std::size_t loop, std::size_t keep) const {
  const std::lock_guard lock(mutex_);
  const auto& segments = closed_.at(loop);
  std::vector<RunId> pinning;
  if (segments.size() <= keep) return pinning;
  const auto old_end = std::prev(segments.end(), static_cast<std::ptrdiff_t>(keep));
  const auto is_old = [&](const Hold& hold) {
    return std::any_of(segments.begin(), old_end,
                       [&](const auto& segment) { return segment.get() == hold.segment; });
  };
  for (const auto& [id, run] : runs_)
    if (std::any_of(run.holds.begin(), run.holds.end(), is_old)) pinning.push_back(id);
  return pinning;
}

}  // namespace belay::storage
