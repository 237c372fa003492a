// The port to what keeps the logs of live runs: the embedded journal, later Redis.
//
// One EventStore a server; one EventWriter a loop. What commit() has reported done is durable as the
// configured setting says, and only then may anybody be told. A finished run's events move to the Store
// (core/store.hpp); release() says how far.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/function.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/event.hpp"

namespace belay {

// Events of one run that were appended in one turn.
struct LogAppend {
  RunId run;
  Epoch epoch = 1;
  std::uint32_t count = 0;
  EventRange events;
};

// What is to be remembered of a run and is no event.
enum class RunMark : std::uint8_t {
  opened = 1,  // somebody has subscribed to it: it no longer expires unopened
};
struct MarkAppend {
  RunId run;
  RunMark mark;
};

// Belongs to one loop, and is used on it alone.
class EventWriter {
 public:
  using CommitDone = UniqueFunction<void(Result<>)>;
  virtual ~EventWriter() = default;
  // Makes all of it durable, as one atomic batch. The bytes stay valid until `done`, which comes on the loop,
  // possibly from inside commit(). At most one commit is under way. On failure nothing of it was kept:
  // `storage_full` when the disk is, and the same may be tried again.
  virtual void commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks,
                      CommitDone done) = 0;
  // Called on the loop when old segments are held only by the unreleased events of these runs: they are to be
  // moved.
  using Pinned = std::function<void(const std::vector<RunId>&)>;
  virtual void on_pinned(Pinned callback) = 0;
};

// Reads what an earlier process left, in the order in which it was written (a run's events are in order; runs
// are interleaved).
class ReplayVisitor {
 public:
  virtual void on_events(const LogAppend& events) = 0;
  virtual void on_mark(const MarkAppend& mark) = 0;

 protected:
  ~ReplayVisitor() = default;
};

struct ReplaySummary {
  // The machine was restarted since, and the durability in force then does not survive that: the tails of all
  // logs that are not terminated may be lost, and their epoch must change.
  bool tail_may_be_lost = false;
  // The machine was restarted since, whatever the durability: segments that had been let go may have come
  // back, so that the store may know more of a run than was replayed.
  bool machine_restarted = false;
  std::uint64_t batches = 0;
  std::uint64_t torn_tails = 0;  // batches cut off by a crash, or broken: reported, never read
};

class EventStore {
 public:
  virtual ~EventStore() = default;
  // Before the loops run, once.
  virtual Result<ReplaySummary> replay(ReplayVisitor& visitor) = 0;
  // All that replay() gave has been moved to the Store or is of no more use: those segments may go. They may
  // go later, on a thread of the engine's own.
  virtual Result<> discard_replayed() = 0;
  virtual std::unique_ptr<EventWriter> open_writer(Loop& loop) = 0;
  // Any thread: the run's events up to and including `through` are kept elsewhere.
  virtual void release(const RunId& run, Offset through) = 0;
  // Any thread: whether there is room for new runs (`storage_full` if not).
  virtual Result<> room_for_runs() const = 0;
};

}  // namespace belay
