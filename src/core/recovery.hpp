// What an earlier process left of its runs, put together from its journal and from the store.
//
// Used once, by Engine::recover(), on the main thread before the loops run: it blocks.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/event_store.hpp"
#include "core/run.hpp"
#include "core/store.hpp"

namespace belay {

class RecoveredLogs final : public ReplayVisitor {
 public:
  struct Log {
    std::optional<RunRequest> request;
    std::vector<EpochStart> epochs;
    Offset last = 0;
    Run::Past past;
    bool opened = false;
    bool broken = false;  // what comes after `last` can not be read
    ArchivedRange
        gathered;  // its newest events, not yet on their way to the store; bytes stand in `gathered_bytes`
    std::string gathered_bytes;
    std::optional<EventType> end;
    Terminal terminal;
    WallTime ended;
    std::string whole_answer;  // of a run that shared one and completed: the others may be short of it
  };

  explicit RecoveredLogs(Store& store) : store_(store) {}

  void on_events(const LogAppend& events) override;
  void on_mark(const MarkAppend& mark) override;
  // Runs that stand in the store alone. After the replay.
  Result<> add_unsettled();
  // After the machine was restarted: what the store has of runs beyond what was replayed. Runs that have been
  // settled are forgotten.
  Result<> add_what_the_store_knows();
  // Everything that was replayed is in the store. After the replay.
  Result<> store_all();
  std::unordered_map<RunId, Log>& logs() { return logs_; }

 private:
  Log& log_of(const RunId& run, Offset first);
  void load_archived(const RunId& run, Log& log);
  // Takes in what follows on what is known: events up to the first that is broken. The size of what was read.
  std::size_t apply(Log& log, Epoch epoch, const EventRange& events);
  // Turns of one block of memory are one range again: readers load them together.
  void gather(Log& log, const LogAppend& events);
  void close_gathered(Log& log);
  void store_gathered();

  Store& store_;
  std::unordered_map<RunId, Log> logs_;
  std::vector<ArchivedRange> gathered_;  // on their way to the store
  std::size_t gathered_bytes_ = 0;
  Result<> stored_;
};

}  // namespace belay
