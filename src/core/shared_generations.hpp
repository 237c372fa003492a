// One answer for many runs (requirement C6): runs with the same key get the answer that is under way, or one
// from the cache; each keeps its own log, end and settlement.
//
//   join() ─▶ is one under way? ─ yes ─▶ a seat in it: what was said so far, then what comes
//                 │ no
//                 ▼
//            look in the cache ─ found ─▶ it is told again, at the configured pace
//                 │ not found, broken, or too slow
//                 ▼
//            the provider is called, once ─▶ the whole answer goes into the cache
//                 │ fails before its first word, and stale_if_error is set
//                 ▼
//            look for what the cache has though it expired ─ found ─▶ it is told, marked as stale
//
// A generation lives on the loop of the run that began it and ends when its last seat is left, wherever that
// is. The newest part of what it said stands in one text that all seats read; a seat is a place in it, so a
// run that reads slowly holds up nobody. A seat whose place lies before that part (it came late, or it was
// slow) reads the log of a run that has the text, until it has caught up. So a generation costs a bounded
// window, however long its answer grows: the provider is read more slowly when no seat keeps up.
// Thread-safe; a seat belongs to its run's loop.
//
// Who is charged: the run that has waited longest when the answer is whole; or the one that leaves last, for
// what had been said by then. So each call of the provider is charged exactly once; but for one that failed
// before its first word and whose place a stale answer took, which nobody is charged for. A call that a crash
// cut off is charged to one of the runs that come back (Engine::recover()).
//
// After a crash the runs come back with what each had told: expect() gives their generation the longest of
// those texts to go on from, and each is told the rest of it from its own place.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/config.hpp"
#include "core/engine_observer.hpp"
#include "core/payloads.hpp"
#include "core/provider.hpp"
#include "core/reader_hub.hpp"
#include "core/response_cache.hpp"
#include "core/run_log.hpp"

namespace belay {

class SharedGenerations {
 public:
  // `cache` may be null: then only what is under way is shared. All of it outlives this.
  SharedGenerations(const Clock& clock, ResponseCache* cache, EngineObserver& observer,
                    const CacheConfig& config)
      : clock_(clock), cache_(cache), observer_(observer), config_(config) {}

  // A run's part in a generation.
  class Seat : public Generation {
   public:
    // The run has ended, however it did. What it owes; the same on every call.
    virtual AnswerSource settle_up() = 0;
  };
  // Where a run's own log has the answer: its deltas from `text_from` on. `hub` is that of the run's loop.
  // Without a log nobody can catch up from this run.
  struct AnswerLog {
    std::shared_ptr<RunLog> log;
    Offset text_from = 1;
    ReaderHub* hub = nullptr;
  };
  // On the run's loop. `request.partial_answer` is what the run has told already; where it does not fit what
  // is under way, the run gets a generation of its own. The provider outlives this.
  std::unique_ptr<Seat> join(Loop& loop, const std::string& key, const GenerationRequest& request,
                             Provider& provider, GenerationSink& sink, AnswerLog own);

  // Before the loops run: the runs with this key will come back, and the longest text that any of them told
  // is this.
  void expect(const std::string& key, std::string told);
  // Bytes of text in memory, of all answers that are under way.
  std::size_t held_bytes();
  // Puts a whole answer into the cache that was found after a crash.
  void remember(const std::string& key, CachedAnswer answer);

 private:
  class Flight;
  class FlightSeat;
  void forget(const Flight& flight);

  const Clock& clock_;
  ResponseCache* const cache_;
  EngineObserver& observer_;
  const CacheConfig config_;
  std::mutex mutex_;  // guards what follows; taken before a flight's own
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::unordered_map<std::string, std::string> expected_;
};

}  // namespace belay
