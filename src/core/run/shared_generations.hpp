// One answer for several runs (requirement C6). Runs with the same key get the answer that is being
// generated, or one from the cache. Each run keeps its own log, end and settlement.
//
//   join() ─▶ is a generation with this key in progress? ─ yes ─▶ become a participant in it: receive the
//                  │                                              text so far, then the new text
//                  │ no
//                  ▼
//             look in the cache ─ found ─▶ replay the cached answer at the configured pace
//                  │
//                  │ not found, malformed, or too slow
//                  ▼
//             call the provider, once ─▶ put the complete answer into the cache
//                  │
//                  │ the call fails before its first text, and stale_if_error is set
//                  ▼
//             look for an expired answer in the cache ─ found ─▶ replay it, marked as stale
//
// A shared generation lives on the loop of the run that began it. It ends when its last participant leaves,
// on any loop. The newest part of its text is kept in one buffer that all participants read. A participant is
// a position in the text, so a run that reads slowly does not delay the others. A participant whose position
// is before that buffer (it joined late, or it was slow) reads the log of a run that has the text, until it
// has caught up. So a shared generation needs only a bounded window of memory, however long its answer grows.
// If no participant keeps up, the provider is read more slowly. Thread-safe; a participant belongs to the
// loop of its run.
//
// Who is charged: the run that has waited longest when the answer is complete. If all runs leave before that,
// the last one to leave is charged for the text up to then. So each provider call is charged exactly once.
// The exception is a call that failed before its first text and was replaced by a stale answer: no run is
// charged for it. A call that a crash cut off is charged to one of the runs that are recovered
// (Engine::recover()).
//
// After a crash, the recovered runs have received different amounts of text. expect() gives their shared
// generation the longest of these texts to continue from. Each run then receives the rest, from its own
// position.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/log/log_buffer.hpp"
#include "core/log/reader_hub.hpp"
#include "core/ports/answer_cache.hpp"
#include "core/ports/engine_observer.hpp"
#include "core/ports/provider.hpp"
#include "core/run/config.hpp"
#include "core/types/payloads.hpp"

namespace belay {

class SharedGenerations {
 public:
  // `cache` may be null: then only generations in progress are shared. Everything passed in must outlive this
  // object.
  SharedGenerations(const Clock& clock, AnswerCache* cache, EngineObserver& observer,
                    const CacheConfig& config)
      : clock_(clock), cache_(cache), observer_(observer), config_(config) {}

  // The part of one run in a shared generation.
  class Participant : public Generation {
   public:
    // The run has ended, for whatever reason. Returns what it is charged for; the same value on every call.
    virtual AnswerSource cost_share() = 0;
  };
  // Where the run's own log holds the answer: in its deltas from `text_from` on. `hub` is the hub of the
  // run's loop. Without a log, no other run can catch up from this run.
  struct AnswerLog {
    std::shared_ptr<LogBuffer> log;
    Offset text_from = 1;
    ReaderHub* hub = nullptr;
  };
  // Call it on the run's loop. `request.partial_answer` is the text that the run has already delivered. If
  // that text does not match the generation in progress, the run gets a generation of its own. The provider
  // must outlive this object.
  std::unique_ptr<Participant> join(Loop& loop, const std::string& key, const GenerationRequest& request,
                                    Provider& provider, GenerationSink& sink, AnswerLog own);

  // Call it before the loops run: the runs with this key will be recovered, and `sent` is the longest text
  // that any of them delivered.
  void expect(const std::string& key, std::string sent);
  // The bytes of text in memory, of all generations in progress.
  std::size_t held_bytes();
  // Puts a complete answer into the cache that was found after a crash.
  void remember(const std::string& key, CachedAnswer answer);

 private:
  class SharedGeneration;
  class GenerationParticipant;
  void forget(const SharedGeneration& generation);

  const Clock& clock_;
  AnswerCache* const cache_;
  EngineObserver& observer_;
  const CacheConfig config_;
  // Guards the members below. Locked before the mutex of a SharedGeneration.
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<SharedGeneration>> generations_;
  std::unordered_map<std::string, std::string> expected_;
};

}  // namespace belay
