// Writes one loop's commits to the journal, and manages the loop's segment files.
//
// With `process` durability, commit() writes and calls `done` before it returns. With `disk`, commit()
// writes, and `done` is called on the loop once the batch is on disk. If the writer is destroyed before that,
// it waits for the disk and does not call `done`.
//
// When a commit fails, nothing of it remains in the log, and the same events may be committed again. When the
// end of a file can neither be written nor cut back, the next commit begins a new segment. When a failed
// batch cannot be cut off, the writer accepts no further commits.
//
// A segment is closed when it has not been written to for a while and nothing in it is needed any more. So an
// idle server has an empty journal.
//
// Used on its loop only.
#pragma once

#include <memory>
#include <optional>

#include "base/timer_wheel.hpp"
#include "core/ports/event_log.hpp"
#include "storage/journal/journal_parts.hpp"
#include "storage/journal/segment.hpp"

namespace belay::storage {

class JournalWriter final : public LogWriter {
 public:
  JournalWriter(JournalParts& parts, Loop& loop);
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  void commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks, CommitDone done) override;
  void on_pressure(Pressure callback) override { pinned_ = std::move(callback); }

 private:
  struct Amount {
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
  };

  Result<> append(std::span<const LogAppend> events, std::span<const MarkAppend> marks);
  Result<> roll();
  void close_segment();
  void report_pressure(std::size_t max_closed);
  void make_durable(CommitDone done);
  void synced(std::error_code error);
  void committed();
  void forget_released_runs();
  Error failed(Error error);
  void count_size();
  void check_idle();

  JournalParts& parts_;
  Loop& loop_;
  BatchEncoder encoder_;
  std::unique_ptr<Segment> segment_;  // null before the first commit and while the loop is idle
  Amount under_way_amount_;
  CommitDone under_way_;           // the commit that waits for the disk
  std::optional<Error> given_up_;  // why commits are not accepted any more
  Pressure pinned_;
  std::size_t forget_at_ = 0;         // when the segment knows this many runs, released ones are forgotten
  std::uint64_t counted_size_ = 0;    // of the segment, as included in the journal's size
  bool written_since_check_ = false;  // for check_idle()
  std::uint64_t closes_seen_ = 0;     // of those that were wanted
  Timer idle_;
  std::shared_ptr<JournalWriter*> self_;  // for tasks posted to the loop; null once the writer is destroyed
};

// Stores nothing, for `memory` durability: every commit is done at once.
class MemoryWriter final : public LogWriter {
 public:
  explicit MemoryWriter(JournalParts& parts) : parts_(parts) {}
  void commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks, CommitDone done) override;
  void on_pressure(Pressure) override {}

 private:
  JournalParts& parts_;
};

}  // namespace belay::storage
