// The embedded event log: append-only segment files below DATA/journal, one series for each loop, read once
// at start.
//
// Its purpose and the alternatives are described in docs/adr/0007, the file format in segment_format.hpp. The
// order of calls:
//   1. open() finds the segments of earlier processes.
//   2. replay() reads them.
//   3. open_writer(), once for each loop, makes a writer. Writers write to new segments only.
//   4. discard_replayed() removes the old segments. Call it when all their events are in the store.
//   5. trim() is called as runs move to the store; segments that are no longer needed are removed.
// Nothing is removed before discard_replayed(): see segment_ledger.hpp. With `disk` durability nothing is
// removed before the store has been synced either: see segment_remover.hpp.
//
// Owned by the app. The journal outlives its writers, and the loops outlive the writers too. open(), replay()
// and open_writer() are called before the loops run; the other functions on any thread. Whoever opens a
// journal must have locked the data directory (data_directory.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/ports/event_log.hpp"
#include "storage/journal/journal_parts.hpp"

namespace belay::storage {

class Journal final : public EventLog {
 public:
  // `data` is the data directory, which must exist. `files` and `clock` must outlive the journal, and so must
  // everything that `sync_store` uses. With `disk` durability, segments are removed only after `sync_store`
  // succeeded.
  static Result<std::unique_ptr<Journal>> open(const JournalConfig& config, const std::filesystem::path& data,
                                               FileSystem& files, const Clock& clock, const BootId& boot,
                                               SegmentRemover::SyncStore sync_store = {});
  ~Journal();

  // Fails when a file cannot be read, or has an unknown version of the format. With `memory` durability it
  // still reads what an earlier process wrote under another setting.
  Result<ReplaySummary> replay(ReplayVisitor& visitor) override;
  // Removes the replayed segments and the mark of a restored backup, on a thread of the journal. Failures are retried. A damaged segment is
  // renamed to FILE.damaged instead and not read again.
  Result<> discard_replayed() override;
  std::unique_ptr<LogWriter> open_writer(Loop& loop) override;
  void trim(const RunId& run, Offset through) override;
  void close_files() override { ++parts_->closes_wanted; }
  Result<> accepts_writes() const override;

  // What replay() could not read, one line per file, for the server's log. Contains no event payload.
  const std::vector<std::string>& findings() const { return findings_; }
  const JournalStats& stats() const { return parts_->stats; }
  // Any thread.
  struct Condition {
    std::optional<Error> failing;  // why it cannot be written; a full disk is reported by accepts_writes()
    Milliseconds syncing{0};       // how long the longest-waiting commit has waited for the disk so far
  };
  Condition condition() const;
  // Any thread. With an error: from now on accepts_writes() fails with it. With nothing: that ends.
  void block_writes(std::optional<Error> why) { parts_->disk_space.block_writes(std::move(why)); }
  // Why segments that are no longer needed could not be removed; nothing: the last removal succeeded.
  std::optional<Error> removal_error() const { return parts_->remover->last_error(); }
  // Returns when everything that may be removed now is removed. For tests.
  void wait_for_removals() { parts_->remover->wait_until_idle(); }
  // The number of this process's runs that the journal keeps track of because of its segments.
  std::size_t runs_remembered() const { return parts_->ledger.runs(); }

 private:
  struct OldSegment {
    SegmentName name;
    bool damaged = false;  // more than a torn tail: the file is kept for inspection
  };

  explicit Journal(std::unique_ptr<JournalParts> parts) : parts_(std::move(parts)) {}
  Result<> prepare_directory();
  Result<> replay_segment(OldSegment& segment, ReplayVisitor& visitor, ReplaySummary& summary);

  std::unique_ptr<JournalParts> parts_;
  std::vector<OldSegment> old_;  // of earlier processes, in order
  bool is_restored_ = false;     // from a backup
  std::vector<std::string> findings_;
};

}  // namespace belay::storage
