// What the engine tells of itself, for metrics and logs. Calls come on any loop; implementations are
// thread-safe and quick. No text of prompts or answers passes through here.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "base/run_id.hpp"
#include "core/payloads.hpp"
#include "core/store.hpp"

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
  // Events made readable by one batch.
  virtual void events_published(std::uint64_t events) = 0;
  virtual void run_ended(const RunRequest& request, RunState state, const Terminal& terminal,
                         Milliseconds since_start) = 0;
  // A call of a model's provider failed. `error.advice` is for the operator.
  virtual void provider_failed(std::string_view run, std::string_view model, const Error& error) = 0;
  // Found open after a crash.
  virtual void run_recovered(const RunRequest& request, Recovery how) = 0;
  // Where the answer of a run that may share one comes from: the cache was missed, another run's is under
  // way, or it was hit; and after one of the first two, that a stale one took its place.
  virtual void answer_from(AnswerSource source) = 0;
  // A request was refused for a limit of this name.
  virtual void limit_refused(std::string_view name) = 0;
  virtual void subscribed(const RunId& run, const Position& after) = 0;
  // A part of the house that refuses: "journal", "store", "cache". It is tried again.
  virtual void storage_trouble(std::string_view part, const Error& error) = 0;
};

}  // namespace belay
