// What the segment being written says of each run so far: the encoder refers to it instead of repeating it.
//
// Brought forward while a batch is encoded, then kept or undone with it. On the writer's loop alone.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/run_id.hpp"
#include "core/position.hpp"

namespace belay::storage {

struct RunInSegment {
  std::uint64_t number = 0;  // stands for the run's id
  Epoch epoch = 0;           // of its last events
  Offset last = 0;           // 0: no events of it yet
  WallTime base_time;        // of its last events
};

class SegmentRuns {
 public:
  // The run's entry, to be changed in place; it becomes a new one with the next number if the segment does
  // not know it.
  struct Found {
    RunInSegment& run;
    bool is_new;
  };
  Found find_or_add(const RunId& id);

  // The batch is in the log: its changes stay.
  void keep();
  // It is not: all changes since the last keep() are taken back.
  void undo();
  // Runs added since the last keep().
  std::span<const RunId> added() const { return added_; }
  // Right after keep(). Those of which it is true become unknown; should one speak again, it is introduced
  // again.
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
  std::unordered_map<RunId, RunInSegment> runs_;  // entries do not move
  std::uint64_t next_number_ = 0;
  std::vector<Change> changes_;  // of runs known before the batch, in order
  std::vector<RunId> added_;
};

}  // namespace belay::storage
