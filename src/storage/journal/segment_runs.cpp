#include "storage/journal/segment_runs.hpp"

namespace belay::storage {

SegmentRuns::Found SegmentRuns::find_or_add(const RunId& id) {
  const auto [at, is_new] = runs_.try_emplace(id, RunInSegment{.number = next_number_});
  if (is_new) {
    ++next_number_;
    added_.push_back(id);
  } else {
    changes_.push_back({&*at, at->second});
  }
  return {at->second, is_new};
}

void SegmentRuns::keep() {
  changes_.clear();
  added_.clear();
}

void SegmentRuns::undo() {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change)
    change->entry->second = change->before;
  for (const RunId& id : added_) runs_.erase(id);
  next_number_ -= added_.size();
  keep();
}

}  // namespace belay::storage
