// The provider that needs no key, no network and no model: for development, demonstrations and every test.
//
// It answers echo prompts, calls tools and shows what it was asked (scripted/echo.hpp). It ends a text before a stop
// sequence of the request. Otherwise it gives the answer of its script
// (scripted/script.hpp). Otherwise it gives a short text that explains what it is. It behaves like a real
// provider: first-token delay, pace, pieces that split characters, retries before the first piece, timeouts
// and typed errors. The same prompt always gets the same text, so a partial answer can be continued.
//
// It uses the timer wheel of the loop that started the call, and no sockets. Thread-safe, as the port
// requires.
#pragma once

#include <atomic>
#include <memory>

#include "base/random.hpp"
#include "base/result.hpp"
#include "core/ports/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/config.hpp"
#include "providers/scripted/echo.hpp"
#include "providers/scripted/script.hpp"
#include "providers/scripted/scripted_generation.hpp"

namespace belay::providers {

class ScriptedProvider final : public Provider {
 public:
  // Reads the script, if one is configured. `random` (for the jitter of retries) must outlive the provider.
  static Result<std::unique_ptr<ScriptedProvider>> make(const ScriptedConfig& config, Random& random);
  ScriptedProvider(const ScriptedConfig& config, Script script, Random& random);

  bool can_continue(const Model& model) const override { return config_.can_continue && model.can_continue; }
  std::unique_ptr<Generation> start(Loop& loop, const GenerationRequest& request,
                                    GenerationSink& sink) override;

  const CallCounters& counters() const { return counters_; }

 private:
  ScriptedPlan plan_for(const GenerationRequest& request);
  ScriptedPlan plan_of_echo(EchoPrompt echo, const Sampling& sampling) const;
  ScriptedPlan plan_of_calls(CallPrompt prompt, const GenerationRequest& request) const;
  ScriptedPlan plan_of_answer(std::size_t index, const Sampling& sampling);
  ScriptedPlan plan_of_text(std::string text) const;

  const ScriptedConfig config_;
  const Script script_;
  Random& random_;
  // Number of attempts that the fault of each answer has affected. As long as the script.
  std::unique_ptr<std::atomic<std::uint64_t>[]> fault_hits_;
  CallCounters counters_;
};

}  // namespace belay::providers
