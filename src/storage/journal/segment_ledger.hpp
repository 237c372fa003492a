// Tracks which segments are still needed: for every closed segment, the runs whose last event in it has not
// been trimmed yet.
//
// A segment may be removed when nothing in it is needed and all older segments of its loop have been removed.
// So what remains of a loop's log is always its newest part: when a replay finds an event of a run, it also
// finds all later ones, including the terminal event. For the same reason nothing may be removed while
// segments of an earlier process exist.
//
// Memory is bounded by the number of runs with untrimmed events in segments, times the number of segments
// that each of them occurs in. Any thread.
#pragma once

#include <array>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/run_id.hpp"
#include "core/types/position.hpp"
#include "storage/journal/segment_runs.hpp"

namespace belay::storage {

class SegmentLedger {
 public:
  static constexpr std::size_t kMaxLoops = 64;

  // These runs now have entries in the active segment of their loop.
  void add_runs(std::span<const RunId> runs);
  // The loop's active segment was closed. Its size on disk is `bytes`.
  void segment_closed(std::size_t loop, std::filesystem::path path, std::uint64_t bytes,
                      const SegmentRuns& runs);
  // Removes those runs from `active`, the loop's active segment, whose events in it have all been trimmed.
  // They may begin in it again.
  void forget_trimmed(SegmentRuns& active);
  // The run's events up to and including `through` are in the store.
  void trim(const RunId& run, Offset through);
  // Whether segments may be removed from now on.
  void allow_removal(bool allowed);

  struct Removable {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
  };
  // The files that may be removed now, the oldest of each loop first. The caller must remove them in this
  // order, before it calls this again.
  std::vector<Removable> take_removable();
  // Whether there are any removable files.
  bool has_removable() const;

  std::size_t closed_segments(std::size_t loop) const;
  // The number of runs that an active segment knows or that need a closed segment.
  std::size_t runs() const;
  // The runs that need the loop's closed segments, except for the newest `keep` segments.
  std::vector<RunId> pinning(std::size_t loop, std::size_t keep) const;

 private:
  struct Closed {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    std::size_t needed_by = 0;  // number of runs
  };
  struct Hold {
    Closed* segment;
    Offset last;  // the run's last event in the segment
  };
  struct Run {
    Offset released = 0;
    bool active = false;  // the active segment knows this run
    std::vector<Hold> holds;
  };

  mutable std::mutex mutex_;
  bool allowed_ = false;
  std::array<std::list<std::unique_ptr<Closed>>, kMaxLoops> closed_;  // oldest first
  std::unordered_map<RunId, Run> runs_;
};

}  // namespace belay::storage
