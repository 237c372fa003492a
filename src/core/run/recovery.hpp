// Rebuilds the state of the runs that an earlier process left, from its journal and from the store.
//
// Engine::recover() uses it once, on the main thread, before the loops run. It blocks.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ports/event_log.hpp"
#include "core/ports/prompt_seal.hpp"
#include "core/ports/store.hpp"
#include "core/run/channel_recovery.hpp"
#include "core/run/run.hpp"
#include "core/types/erasure.hpp"

namespace belay {

class RecoveredLogs final : public ReplayVisitor {
 public:
  struct Log {
    std::optional<RunRequest> request;
    bool has_prompt = true;  // false: its prompt can not be decrypted
    std::vector<EpochStart> epochs;
    Offset last = 0;
    EventCounts counts;  // of the events up to `last`
    Run::RecoveredState recovered;
    bool opened = false;
    bool broken = false;     // the events after `last` cannot be read
    bool is_erased = false;  // it is to be removed: its events are not stored
    // The newest events that are not yet on their way to the store. Their bytes are in `gathered_bytes`.
    ArchivedRange gathered;
    std::string gathered_bytes;
    std::optional<EventType> end;
    Terminal terminal;
    WallTime ended;
    // Set if the run shared its answer and completed: the other runs may have received less of it.
    std::string whole_answer;
  };

  // `channels`: the events of channels go there. Null: there are none.
  // `seal` opens encrypted prompts; null: nothing does.
  explicit RecoveredLogs(Store& store, RecoveredChannels* channels = nullptr,
                         const PromptSeal* seal = nullptr)
      : store_(store), channels_(channels), seal_(seal) {}

  // Before the replay.
  void leave_out(std::vector<Erasure> erasures) {
    if (channels_) channels_->leave_out(erasures);
    erasures_ = std::move(erasures);
  }

  void on_events(const LogAppend& events) override;
  void on_mark(const MarkAppend& mark) override;
  // Adds the runs that are only in the store. Call it after the replay.
  Result<> add_unsettled();
  // After a restart of the machine: adds the events that the store has beyond those that were replayed. Runs
  // that have been settled are removed. Call it after the replay.
  Result<> add_stored_events();
  // Stores everything that was replayed. Call it after the replay.
  Result<> store_all();
  std::unordered_map<RunId, Log>& logs() { return logs_; }

 private:
  Log& log_of(const RunId& run, Offset first);
  void load_archived(const RunId& run, Log& log);
  // Applies events that follow those already known, up to the first malformed one. Returns the number of
  // bytes read.
  std::size_t apply(Log& log, Epoch epoch, const EventRange& events);
  // Joins the events of one memory block, which was written in several turns, into one range again: readers
  // load them together.
  void gather(Log& log, const LogAppend& events);
  void close_gathered(Log& log);
  void store_gathered();

  Store& store_;
  RecoveredChannels* const channels_;
  const PromptSeal* const seal_;
  std::vector<Erasure> erasures_;
  std::unordered_map<RunId, Log> logs_;
  std::vector<ArchivedRange> gathered_;  // ready to be stored
  std::size_t gathered_bytes_ = 0;
  Result<> stored_;
};

}  // namespace belay
