// Small fakes for tests: an observer that records, and the counters of fake_counters.hpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/ports/engine_observer.hpp"
#include "core/ports/testing/fake_counters.hpp"

namespace belay::testing {

class RecordingObserver final : public EngineObserver {
 public:
  int started = 0;
  int first_deltas = 0;
  std::uint64_t published = 0;
  struct End {
    RunState state;
    Terminal terminal;
  };
  std::vector<End> ends;
  std::vector<Recovery> recovered;
  int subscriptions = 0;
  std::vector<std::string> storage_errors;

  std::vector<std::string> provider_failures;  // "run model code: detail | advice"

  void provider_failed(std::string_view run, std::string_view model, const Error& error) override {
    provider_failures.push_back(std::string(run) + " " + std::string(model) + " " +
                                std::string(to_string(error.code)) + ": " + error.detail + " | " +
                                error.advice);
  }
  void run_started(const RunRequest&) override { ++started; }
  void first_delta(const RunRequest&, Milliseconds) override { ++first_deltas; }
  void events_published(std::uint64_t events) override { published += events; }
  void run_ended(const RunRequest&, RunState state, const Terminal& terminal, Milliseconds) override {
    ends.push_back({state, terminal});
  }
  void run_recovered(const RunRequest&, Recovery how) override { recovered.push_back(how); }
  std::map<AnswerSource, int> sources;
  void answer_from(AnswerSource source) override { ++sources[source]; }
  void limit_refused(std::string_view) override {}
  void subscribed(const RunId&, const Position&) override { ++subscriptions; }
  void storage_error(std::string_view part, const Error&) override { storage_errors.emplace_back(part); }
};

}  // namespace belay::testing
