// The log of one run: appended by one thread, read by any.
//
// The newest part stands in memory as blocks; older blocks move to the store and are read back when a late
// reader wants them, so that a run costs a bounded window however long its answer grows. A log of a finished
// run may have nothing in memory at all.
//
// Owned by shared_ptr: by its run while that lives, by every subscription, and weakly by the registry.
// Writer-side calls belong to the run's loop; all others are thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/function.hpp"
#include "core/block_cache.hpp"
#include "core/dialect.hpp"
#include "core/event_store.hpp"
#include "core/log_block.hpp"
#include "core/store.hpp"

namespace belay {

struct LogReaders;  // core/reader_hub.hpp

class RunLog : public std::enable_shared_from_this<RunLog> {
 public:
  // A new log, or one whose first `archived` events stand in the store.
  RunLog(RunHead head, std::vector<EpochStart> epochs, Offset archived, Store& store, BlockCache& cache);

  const RunHead& head() const { return head_; }
  const RunId& id() const { return head_.id; }

  // ---- Any thread
  // The last event that readers may see.
  Offset last() const { return last_.load(std::memory_order_seq_cst); }
  // The terminal event's offset once it is published, else 0.
  Offset terminal() const { return terminal_.load(std::memory_order_acquire); }
  // The epoch that the event at `offset` was written in.
  Epoch epoch_at(Offset offset) const;
  std::vector<EpochStart> epochs() const;
  // Whether events exactly after this position can be given: `position_ahead`, `position_lost` or fine.
  Result<> check(const Position& position) const;

  // The block in which the published event at `offset` stands, if it is in memory.
  std::shared_ptr<LogBlock> find(Offset offset);
  // Reads it back from the store. `done` comes on any thread.
  using Loaded = UniqueFunction<void(Result<std::shared_ptr<LogBlock>>)>;
  void load(Offset offset, Loaded done);

  // Loops that have readers, a bit each; and how many readers there are.
  void reader_joined(std::size_t loop_index);
  // Told by the loop's hub when its last reader of this log has gone.
  void loop_has_no_reader(std::size_t loop_index) {
    reader_loops_.fetch_and(~(std::uint64_t(1) << loop_index));
  }
  void reader_left() { readers_.fetch_sub(1); }
  std::uint64_t reader_loops() const { return reader_loops_.load(); }
  std::size_t readers() const { return readers_.load(); }
  // True for the first caller only.
  bool open_first() { return !opened_.exchange(true); }
  bool opened() const { return opened_.load(); }

  // ---- The writer's loop
  // Before anybody else knows the log: that loop's index.
  void write_on(std::size_t loop_index) { written_on_ = loop_index; }
  bool is_written_on(std::size_t loop_index) const { return written_on_ == loop_index; }
  // Where that loop's hub has the readers; null: there are none, or the hub was not told whose log it is.
  LogReaders* readers_here() const { return readers_here_; }
  void set_readers_here(LogReaders* readers) { readers_here_ = readers; }

  Offset append(EventType type, WallTime now, std::string_view payload);
  Offset appended() const { return appended_; }
  bool ended() const { return ended_; }
  std::size_t uncommitted_bytes() const { return uncommitted_bytes_; }
  // Of events in memory, published or not.
  std::size_t held_bytes() const { return held_; }
  // What has been appended since the last call, as ranges for the EventWriter; it is then under way.
  void collect_uncommitted(std::vector<LogAppend>& out);
  // Whether the terminal event is among what was collected.
  bool is_collected_to_the_end() const { return ended_ && uncommitted_.empty() && !collected_.empty(); }
  // What was under way is durable: readers may see it. / Was not kept: it will be collected again.
  void publish_collected();
  void uncollect();
  // Whole blocks that are published, not yet archived, and beyond the newest `window` bytes; they are taken
  // as on their way to the store. With window 0: all that is published, the open block too.
  std::vector<ArchivedRange> take_for_archive(std::size_t window);
  // All that is not in the store, of a log whose terminal event is durable; published or not.
  std::vector<ArchivedRange> take_rest_for_archive();
  // Events up to here are in the store: their memory may go, but for the newest `window` bytes.
  void archived(Offset through, std::size_t window);
  Offset archive_taken() const { return archive_taken_; }
  // The store did not take them: only events up to here are there.
  void return_from_archive(Offset through);
  // The log of a finished run, whole in the store. Before anybody else knows it.
  void restore_terminal(Offset offset, bool opened);

 private:
  struct Mark {
    std::shared_ptr<LogBlock> block;
    LogBlock::Extent extent;
  };
  std::vector<ArchivedRange> take(std::size_t window, LogBlock::Extent (*upto)(const LogBlock&));
  using Marks = boost::container::small_vector<Mark, 1>;  // seldom more than the open block's
  void open_block(WallTime now, std::size_t needed);

  const RunHead head_;
  Store& store_;
  BlockCache& cache_;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<EpochStart> epochs_;
  std::vector<std::shared_ptr<LogBlock>> blocks_;  // a handful: they grow to 64 KiB
  std::map<Offset, std::weak_ptr<LogBlock>> loaded_;
  struct PendingLoad {
    Offset offset;
    std::vector<Loaded> waiting;
  };
  std::vector<PendingLoad> loading_;

  // From here on side by side what every event touches: with many runs that is what the memory is waited for.
  std::atomic<Offset> last_{0};
  std::atomic<Offset> terminal_{0};
  std::atomic<std::uint64_t> reader_loops_{0};
  std::atomic<std::size_t> readers_{0};
  std::atomic<bool> opened_{false};

  // the writer's
  bool ended_ = false;
  LogReaders* readers_here_ = nullptr;
  std::shared_ptr<LogBlock> tail_;
  Offset appended_ = 0;
  std::size_t uncommitted_bytes_ = 0;
  std::size_t held_ = 0;  // bytes in blocks_
  Marks uncommitted_;     // blocks with events that are not published, and from where
  Marks collected_;       // under way, and up to where
  std::size_t next_capacity_;
  Offset archive_taken_ = 0;
  std::size_t written_on_ = SIZE_MAX;
};

}  // namespace belay
