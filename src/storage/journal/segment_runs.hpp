// What the segment being written already says about each run. The encoder refers to it instead of repeating
// it.
//
// Updated while a batch is encoded; the updates are then kept or undone together with the batch. Used on the
// writer's loop only.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/run_id.hpp"
#include "core/types/position.hpp"

namespace belay::storage {

struct RunInSegment {
  std::uint64_t number = 0;  // identifies the run within the segment
  Epoch epoch = 0;           // of its last events
  Offset last = 0;           // 0: it has no events yet
  WallTime base_time;        // of its last events
};

class SegmentRuns {
 public:
  // The run's entry, which the caller changes in place. If the segment does not know the run yet, a new entry
  // with the next number is added.
  struct Found {
    RunInSegment& run;
    bool is_new;
  };
  Found find_or_add(const RunId& id);

  // The batch is in the log: keep its changes.
  void keep();
  // The batch is not in the log: undo all changes since the last keep().
  void undo();
  // Runs added since the last keep().
  std::span<const RunId> added() const { return added_; }
  // Call this only directly after keep(). Forgets the runs for which the predicate is true. If such a run has
  // another entry later, it is introduced again.
  template <class Predicate>
  void forget_if(const Predicate& is_over) {
    assert(changes_.empty() && added_.empty());
    std::erase_if(runs_, [&](const Entry& entry) { return is_over(entry.first, entry.second); });
  }

  const std::unordered_map<RunId, RunInSegment>& all() const { return runs_; }

 private:
  using Entry = std::pair<const RunId, RunInSegment>;
  struct Change {
    Entry* entry;
    RunInSegment before;
  };
  std::unordered_map<RunId, RunInSegment> runs_;  // the map's elements do not move in memory
  std::uint64_t next_number_ = 0;
  std::vector<Change> changes_;  // of runs that were known before the batch, in order
  std::vector<RunId> added_;
};

}  // namespace belay::storage
