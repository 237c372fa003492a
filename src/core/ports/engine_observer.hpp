// What the engine reports about itself, for metrics and logs. Calls arrive on any loop. Implementations must
// be thread-safe and fast. No text of prompts or answers is passed here.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "base/run_id.hpp"
#include "core/ports/store.hpp"
#include "core/types/payloads.hpp"

namespace belay {

enum class Recovery { continued, restarted, given_up };
constexpr std::string_view to_string(Recovery how) {
  switch (how) {
    case Recovery::continued:
      return "continued";
    case Recovery::restarted:
      return "restarted";
    case Recovery::given_up:
      return "given_up";
  }
  return {};
}

class EngineObserver {
 public:
  virtual ~EngineObserver() = default;
  virtual void run_started(const RunRequest& request) = 0;
  virtual void first_delta(const RunRequest& request, Milliseconds since_start) = 0;
  // The number of events that one batch published.
  virtual void events_published(std::uint64_t events) = 0;
  virtual void run_ended(const RunRequest& request, RunState state, const Terminal& terminal,
                         Milliseconds since_start) = 0;
  // A call to a model's provider failed. `error.advice` is for the operator.
  virtual void provider_failed(std::string_view run, std::string_view model, const Error& error) = 0;
  // The run was found open after a crash.
  virtual void run_recovered(const RunRequest& request, Recovery how) = 0;
  // Where the answer of a run that may share answers comes from: `generated` (the cache had no answer),
  // `shared` (another run's answer is being generated) or `cached`. After one of the first two, `stale` may
  // follow: an expired answer was used instead.
  virtual void answer_from(AnswerSource source) = 0;
  // A request was refused because of the limit with this name.
  virtual void limit_refused(std::string_view name) = 0;
  // A request counts against the quota with this name.
  virtual void quota_reserved(std::string_view /*name*/) {}
  // Messages in a channel of this surface were published; the first one of them was written so long ago.
  virtual void channel_published(std::string_view /*surface*/, Milliseconds /*delay*/) {}
  virtual void subscribed(const RunId& run, const Position& after) = 0;
  // A part of the server failed: "journal", "store" or "cache". The operation is retried.
  virtual void storage_error(std::string_view part, const Error& error) = 0;
};

}  // namespace belay
