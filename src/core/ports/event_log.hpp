// The port to the event log, which keeps the logs of live runs: the embedded journal now, later Redis.
//
// There is one EventLog per server and one LogWriter per loop. Events are durable, as configured, once
// commit() has reported success. Only then may anybody see them. The events of a finished run move to the
// Store (core/ports/store.hpp); trim() says up to which offset.
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
#include "core/types/event.hpp"

namespace belay {

// Events of one run that were appended in one turn.
struct LogAppend {
  RunId run;
  Epoch epoch = 1;
  std::uint32_t count = 0;
  EventRange events;
};

// Facts about a run that must be kept but are not events.
enum class RunMark : std::uint8_t {
  opened = 1,  // a client has subscribed to it: it no longer expires unopened
};
struct MarkAppend {
  RunId run;
  RunMark mark;
};

// Belongs to one loop and is used only on that loop.
class LogWriter {
 public:
  using CommitDone = UniqueFunction<void(Result<>)>;
  virtual ~LogWriter() = default;
  // Makes everything durable, as one atomic batch. The bytes must stay valid until `done`. `done` is called
  // on the loop, possibly from inside commit(). At most one commit is in progress at a time. On failure,
  // nothing of the batch was kept, and the same batch may be tried again. The error is `storage_full` if the
  // disk is full.
  virtual void commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks,
                      CommitDone done) = 0;
  // The callback is called on the loop when old segments are kept only because of untrimmed events of these
  // runs. The events must be moved to the store.
  using Pressure = std::function<void(const std::vector<RunId>&)>;
  virtual void on_pressure(Pressure callback) = 0;
};

// Receives what an earlier process left, in the order in which it was written. The events of one run are in
// order; different runs are interleaved.
class ReplayVisitor {
 public:
  virtual void on_events(const LogAppend& events) = 0;
  virtual void on_mark(const MarkAppend& mark) = 0;

 protected:
  ~ReplayVisitor() = default;
};

struct ReplaySummary {
  // The machine was restarted, and the durability setting of the earlier process does not survive a restart.
  // The tails of all logs without a terminal event may be lost, and their epoch must change.
  bool tail_may_be_lost = false;
  // The machine was restarted, whatever the durability setting was. Segments that had been deleted may be
  // back, so the store may have more events of a run than were replayed.
  bool machine_restarted = false;
  std::uint64_t batches = 0;
  std::uint64_t torn_tails = 0;  // batches cut off by a crash, or broken: reported, never read
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  // Called once, before the loops run.
  virtual Result<ReplaySummary> replay(ReplayVisitor& visitor) = 0;
  // Everything that replay() delivered has been moved to the Store or is no longer needed. The replayed
  // segments may be deleted, now or later, on a thread of the EventLog's own.
  virtual Result<> discard_replayed() = 0;
  virtual std::unique_ptr<LogWriter> open_writer(Loop& loop) = 0;
  // Any thread: the run's events up to and including `through` are kept elsewhere.
  virtual void trim(const RunId& run, Offset through) = 0;
  // Any thread: what was trimmed must not stay in the files. They are closed soon, within about 20 seconds, and removed
  // as soon as the events of running runs in them are stored elsewhere (LogWriter::on_pressure).
  virtual void close_files() = 0;
  // Any thread: whether there is capacity for new runs. Fails with `storage_full` if not.
  virtual Result<> accepts_writes() const = 0;
};

}  // namespace belay
