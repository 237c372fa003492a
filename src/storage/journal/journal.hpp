// The embedded event log: append-only segment files below DATA/journal, one set for each loop, read once at
// start.
//
// What it is for, and what the alternatives cost, stands in docs/adr/0007; how a file looks, in
// segment_format.hpp. The way through:
//   open() finds what earlier processes left ─▶ replay() reads it ─▶ open_writer() for each loop, which
//   writes new segments only ─▶ discard_replayed() once all of the old is kept elsewhere ─▶ release() as
//   finished runs move to the store.
// Nothing is removed before discard_replayed(): see segment_ledger.hpp. With `disk` durability nothing is
// removed before the store has been synced either: see segment_remover.hpp.
//
// Owned by the app; outlives its writers, and the loops outlive them too. open(), replay() and open_writer()
// are called before the loops run; the rest on any thread. The data directory is locked by whoever opens a
// journal (data_directory.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/event_store.hpp"
#include "storage/journal/journal_parts.hpp"

namespace belay::storage {

class Journal final : public EventStore {
 public:
  // `data` is the data directory, which exists. `files` and `clock` outlive the journal, and so does what
  // `sync_store` calls: with `disk` durability segments go only after it.
  static Result<std::unique_ptr<Journal>> open(const JournalConfig& config, const std::filesystem::path& data,
                                               FileSystem& files, const Clock& clock, const BootId& boot,
                                               SegmentRemover::SyncStore sync_store = {});
  ~Journal();

  // Fails when a file cannot be read, or was written by a version of the format that is not known here. With
  // `memory` durability it still reads what an earlier process left under another setting.
  Result<ReplaySummary> replay(ReplayVisitor& visitor) override;
  // What was replayed is removed, on a thread of the journal's own and tried again where that fails. A
  // damaged segment is renamed to FILE.damaged instead; it is not read again.
  Result<> discard_replayed() override;
  std::unique_ptr<EventWriter> open_writer(Loop& loop) override;
  void release(const RunId& run, Offset through) override;
  Result<> room_for_runs() const override;

  // What replay() could not read, one line a file, for the log. Holds no event's payload.
  const std::vector<std::string>& findings() const { return findings_; }
  const JournalStats& stats() const { return parts_->stats; }
  // Any thread.
  struct Condition {
    std::optional<Error> failing;  // why it cannot be written; not for a full disk, see room_for_runs()
    Milliseconds syncing{0};       // how long the commit that waits longest for the disk has waited by now
  };
  Condition condition() const;
  // Any thread. From now on there is no room for runs; nothing: there is again.
  void withhold_room(std::optional<Error> why) { parts_->room.withhold(std::move(why)); }
  // Why segments that are not needed any more could not be removed; nothing: they were.
  std::optional<Error> removal_trouble() const { return parts_->remover->trouble(); }
  // Returns when what may be removed now is removed. For tests.
  void wait_for_removals() { parts_->remover->wait_until_idle(); }
  // Runs of this process that it has to remember for its segments' sake.
  std::size_t runs_remembered() const { return parts_->ledger.runs(); }

 private:
  struct OldSegment {
    SegmentName name;
    bool damaged = false;  // more than a torn tail: kept for somebody to look at
  };

  explicit Journal(std::unique_ptr<JournalParts> parts) : parts_(std::move(parts)) {}
  Result<> prepare_directory();
  Result<> replay_segment(OldSegment& segment, ReplayVisitor& visitor, ReplaySummary& summary);

  std::unique_ptr<JournalParts> parts_;
  std::vector<OldSegment> old_;  // of earlier processes, in order
  std::vector<std::string> findings_;
};

}  // namespace belay::storage
