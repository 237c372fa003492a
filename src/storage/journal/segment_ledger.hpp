// Which segments are still needed: for every closed one, the runs whose last event in it has not been
// released.
//
// A segment may go when nothing in it is needed and all older ones of its loop are gone. What remains of a
// loop's log is therefore always its newest part: a replay that gives any event of a run gives all later ones
// too, its end included. For the same reason nothing may go while segments of an earlier process are there.
//
// What it holds is bounded by the runs that stand unreleased in segments, times the segments each of them
// stands in. Any thread.
#pragma once

#include <array>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/run_id.hpp"
#include "core/position.hpp"
#include "storage/journal/segment_runs.hpp"

namespace belay::storage {

class SegmentLedger {
 public:
  static constexpr std::size_t kMostLoops = 64;

  // The runs' first entries are in the loop's active segment.
  void runs_begin(std::span<const RunId> runs);
  // The loop's active segment is active no more. It takes so many bytes on the disk.
  void segment_closed(std::size_t loop, std::filesystem::path path, std::uint64_t bytes,
                      const SegmentRuns& runs);
  // Forgets those of the loop's active segment that have been released through their last event in it. They
  // may begin there again.
  void forget_released(SegmentRuns& active);
  // The run's events up to and including `through` are kept elsewhere.
  void release(const RunId& run, Offset through);
  // From now on segments may go, or (again) not.
  void allow_removal(bool allowed);

  struct Removable {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
  };
  // The files that may go now, of each loop the oldest first. They are then the caller's to remove, in this
  // order and before it asks again.
  std::vector<Removable> take_removable();
  // Whether there are any.
  bool has_removable() const;

  std::size_t closed_segments(std::size_t loop) const;
  // That an active segment knows or that hold a closed one.
  std::size_t runs() const;
  // The runs that hold the loop's closed segments but the newest `keep`.
  std::vector<RunId> pinning(std::size_t loop, std::size_t keep) const;

 private:
  struct Closed {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    std::size_t needed_by = 0;  // runs
  };
  struct Hold {
    Closed* segment;
    Offset last;  // of the run in it
  };
  struct Run {
    Offset released = 0;
    bool active = false;  // the active segment knows it
    std::vector<Hold> holds;
  };

  mutable std::mutex mutex_;
  bool allowed_ = false;
  std::array<std::deque<std::unique_ptr<Closed>>, kMostLoops> closed_;  // oldest first
  std::unordered_map<RunId, Run> runs_;
};

}  // namespace belay::storage
