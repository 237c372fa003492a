// One loop's end of the journal: its commits, its segment files.
//
// With `process` durability commit() writes and calls `done` before it returns. With `disk` it writes, and
// `done` comes on the loop once the batch is durable; a writer that is destroyed meanwhile waits for the
// disk, and `done` is not called. Failure: nothing of the commit stays, and the same may be committed again.
// When a file's end can be neither written nor cut back, a new segment is begun; when a batch that may not
// stay can not be cut off, no further commit is taken.
//
// A segment that nobody has written to for a while, and of which nothing is needed any more, is closed: an
// idle server keeps no journal.
#pragma once

#include <memory>
#include <optional>

#include "base/timer_wheel.hpp"
#include "core/event_store.hpp"
#include "storage/journal/journal_parts.hpp"
#include "storage/journal/segment.hpp"

namespace belay::storage {

class JournalWriter final : public EventWriter {
 public:
  JournalWriter(JournalParts& parts, Loop& loop);
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  void commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks, CommitDone done) override;
  void on_pinned(Pinned callback) override { pinned_ = std::move(callback); }

 private:
  struct Amount {
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
  };

  Result<> append(std::span<const LogAppend> events, std::span<const MarkAppend> marks);
  Result<> roll();
  void close_segment();
  void report_pinning();
  void make_durable(CommitDone done);
  void synced(std::error_code error);
  void committed();
  void forget_released_runs();
  Error failed(Error error);
  void count_size();
  void look_whether_idle();

  JournalParts& parts_;
  Loop& loop_;
  BatchEncoder encoder_;
  std::unique_ptr<Segment> segment_;  // none before the first commit
  Amount under_way_amount_;
  CommitDone under_way_;           // waits for the disk
  std::optional<Error> given_up_;  // why no commit is taken any more
  Pinned pinned_;
  std::size_t forget_at_ = 0;        // runs that the segment knows; set when it is begun
  std::uint64_t counted_size_ = 0;   // of the segment, in the journal's size
  bool written_since_look_ = false;  // look_whether_idle()
  Timer idle_;
  std::shared_ptr<JournalWriter*> self_;  // for tasks on the loop; null once the writer is gone
};

// Keeps nothing, for `memory` durability: every commit is done at once.
class MemoryWriter final : public EventWriter {
 public:
  explicit MemoryWriter(JournalParts& parts) : parts_(parts) {}
  void commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks, CommitDone done) override;
  void on_pinned(Pinned) override {}

 private:
  JournalParts& parts_;
};

}  // namespace belay::storage
