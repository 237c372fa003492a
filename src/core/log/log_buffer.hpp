// The log of one run, or of a channel (core/types/channel.hpp). One thread appends to it, and any thread reads it.
//
// The newest part is in memory, as blocks. Older blocks move to the store and are read back when a late
// reader needs them. So a run needs only a bounded window of memory, however long its answer grows. The log
// of a finished run may have nothing in memory at all.
//
// Owned by shared_ptr: by its run while the run lives, and by every subscription. The engine's registry holds
// a weak_ptr. The functions of the writer must be called on the run's loop; all others are thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/function.hpp"
#include "core/log/block_cache.hpp"
#include "core/log/dialect.hpp"
#include "core/log/log_block.hpp"
#include "core/ports/event_archive.hpp"
#include "core/ports/event_log.hpp"

namespace belay {

struct LogReaders;  // core/log/reader_hub.hpp

class LogBuffer : public std::enable_shared_from_this<LogBuffer> {
 public:
  // A new log, or one whose first `archived` events are in the store. `counts`: of these events, if the log goes on. Of
  // a channel nothing is counted: none of its dialects numbers its messages.
  LogBuffer(LogHead head, std::vector<EpochStart> epochs, Offset archived, EventArchive& archive,
            BlockCache& cache, const EventCounts& counts = {});

  const LogHead& head() const { return head_; }
  const RunId& id() const { return head_.id; }

  // ---- Any thread
  // The last event that readers may see.
  Offset last() const { return last_.load(std::memory_order_seq_cst); }
  // The offset of the terminal event once it is published, else 0.
  Offset terminal() const { return terminal_.load(std::memory_order_acquire); }
  // The epoch in which the event at `offset` was written.
  Epoch epoch_at(Offset offset) const;
  std::vector<EpochStart> epochs() const;
  // Whether a reader can continue exactly after this position. Fails with `position_ahead` or
  // `position_lost`.
  Result<> check(const Position& position) const;

  // The block that contains the published event at `offset`, or null if that event is not in memory.
  std::shared_ptr<LogBlock> find(Offset offset);
  // Reads the block from the store. `done` is called on any thread.
  using Loaded = UniqueFunction<void(Result<std::shared_ptr<LogBlock>>)>;
  void load(Offset offset, Loaded done);
  // The same for a reader whose messages are numbered: the block knows the events before it. They are counted from the
  // nearest place where they are known. If the log was not written in this process, that is once the beginning, and
  // then the end of what was counted before.
  void load_counted(Offset offset, Loaded done);

  // A place where the events before it are known: the beginning, those of all blocks that were written in this
  // process, and what load_counted() has counted.
  struct CountedPlace {
    Offset first = 1;
    EventCounts before{};
  };
  // The last of these places for which `is_before` holds. It must hold for the beginning, and if it does not hold for
  // a place, it must not hold for any later one.
  CountedPlace last_counted(const std::function<bool(const CountedPlace&)>& is_before) const;

  // The set of loops that have readers (one bit per loop), and the number of readers.
  void reader_joined(std::size_t loop_index);
  // The loop's hub calls this when its last reader of this log has left.
  void loop_has_no_reader(std::size_t loop_index) {
    reader_loops_.fetch_and(~(std::uint64_t(1) << loop_index));
  }
  void reader_left() { readers_.fetch_sub(1); }
  std::uint64_t reader_loops() const { return reader_loops_.load(); }
  std::size_t readers() const { return readers_.load(); }
  // Marks the log as opened. Returns true only for the first caller.
  bool open_first() { return !opened_.exchange(true); }
  bool opened() const { return opened_.load(); }
  // Whether the log was removed: nothing more comes, and a reader who has everything is cut off.
  bool is_removed() const { return removed_.load(); }

  // ---- The writer's loop
  // Sets the index of the writer's loop, before any other component knows the log.
  void write_on(std::size_t loop_index) { written_on_ = loop_index; }
  bool is_written_on(std::size_t loop_index) const { return written_on_ == loop_index; }
  // The readers in the hub of the writer's loop. Null if there are none, or if write_on() was not called.
  LogReaders* readers_here() const { return readers_here_; }
  void set_readers_here(LogReaders* readers) { readers_here_ = readers; }

  // The readers must be woken afterwards (LogCommitter::wake_readers()).
  void remove() { removed_.store(true); }
  Offset append(EventType type, WallTime now, std::string_view payload);
  Offset appended() const { return appended_; }
  // Of all that was appended.
  const EventCounts& counts() const { return counts_; }
  bool ended() const { return ended_; }
  std::size_t uncommitted_bytes() const { return uncommitted_bytes_; }
  // The bytes of all events in memory, published or not.
  std::size_t held_bytes() const { return held_; }
  // Collects everything appended since the last call, as ranges for the LogWriter. These events are then
  // being committed.
  void collect_uncommitted(std::vector<LogAppend>& out);
  // Whether the terminal event is among the collected events.
  bool is_collected_to_the_end() const { return ended_ && uncommitted_.empty() && !collected_.empty(); }
  // The newest event says that a run has ended, in another log. It is published after everything that readers may
  // rely on when they see that end (LogCommitter).
  void publish_after_ends() { after_ends_ = appended_; }
  bool is_published_after_ends() const { return after_ends_ != 0; }
  // publish_collected(): the collected events are durable, and readers may see them. uncollect(): the commit
  // failed, so the events will be collected again.
  void publish_collected();
  void uncollect();
  // Takes the complete blocks that are published, not yet archived, and older than the newest `window` bytes.
  // They count as on their way to the store. With window 0: everything published, also from the open block.
  std::vector<ArchivedRange> take_for_archive(std::size_t window);
  // Takes everything that is not in the store, published or not. The terminal event must be durable.
  std::vector<ArchivedRange> take_rest_for_archive();
  // Events up to `through` are in the store. Frees their memory, except for the newest `window` bytes.
  void archived(Offset through, std::size_t window);
  Offset archive_taken() const { return archive_taken_; }
  // The store did not accept the events that were taken: only events up to `through` are stored.
  void return_from_archive(Offset through);
  // Frees the memory of all events if all of them are published and were taken for the archive. Nothing may be on its
  // way there. The log may go on later.
  void rest();
  // Marks the log as that of a finished run whose events are all in the store. Call it before any other
  // component knows the log.
  void restore_terminal(Offset offset, bool opened);

 private:
  struct Mark {
    std::shared_ptr<LogBlock> block;
    LogBlock::Extent extent;
  };
  std::vector<ArchivedRange> take(std::size_t window, LogBlock::Extent (*upto)(const LogBlock&));
  // Usually only one mark, for the open block.
  using Marks = boost::container::small_vector<Mark, 1>;
  void open_block(WallTime now, std::size_t needed);
  struct Counting;
  static void count_up_to(std::shared_ptr<Counting> counting);
  void add_counted(Offset first, const EventCounts& before);
  std::optional<EventCounts> counted_at(Offset first) const;  // call it with the mutex

  const LogHead head_;
  EventArchive& archive_;
  BlockCache& cache_;

  mutable std::mutex mutex_;  // guards the members below
  std::vector<EpochStart> epochs_;
  std::vector<std::shared_ptr<LogBlock>> blocks_;  // only a few: blocks grow to 64 KiB
  std::map<Offset, std::weak_ptr<LogBlock>> loaded_;
  struct PendingLoad {
    Offset offset;
    std::vector<Loaded> waiting;
  };
  std::vector<PendingLoad> loading_;
  // In order. There is at most one for each block.
  boost::container::small_vector<CountedPlace, 1> counted_{CountedPlace{}};

  // The members below are used for every event, so they are next to each other. With many runs, memory access
  // takes the most time.
  std::atomic<Offset> last_{0};
  std::atomic<Offset> terminal_{0};
  std::atomic<std::uint64_t> reader_loops_{0};
  std::atomic<std::size_t> readers_{0};
  std::atomic<bool> opened_{false};
  std::atomic<bool> removed_{false};

  // The members below belong to the writer's loop.
  bool ended_ = false;
  LogReaders* readers_here_ = nullptr;
  std::shared_ptr<LogBlock> tail_;
  Offset appended_ = 0;
  EventCounts counts_;  // of all that was appended
  std::size_t uncommitted_bytes_ = 0;
  std::size_t held_ = 0;  // bytes in blocks_
  Marks uncommitted_;     // blocks with unpublished events, and where these begin
  Marks collected_;       // blocks being committed, and up to where
  std::size_t next_capacity_;
  Offset archive_taken_ = 0;
  Offset after_ends_ = 0;  // 0: none
  std::size_t written_on_ = SIZE_MAX;
};

}  // namespace belay
