// A scripted call under way: hands out an answer's pieces at their pace. ScriptedProvider decides what is
// said, this when.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "core/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/config.hpp"
#include "providers/retry.hpp"
#include "providers/scripted/answer_text.hpp"
#include "providers/scripted/script.hpp"

namespace belay::providers {

// What one call is going to do.
struct ScriptedPlan {
  std::unique_ptr<AnswerText> text;
  std::optional<Error> rejected;  // instead of an answer
  Milliseconds first_token_delay{0};
  double pace_per_second = 0;  // 0: as fast as pieces are taken
  std::optional<Usage> usage;  // else estimated from the text
  TokenCount input;            // for the estimate
  std::vector<ToolCall> tool_calls;
  FinishReason finish = FinishReason::stop;
  std::optional<Fault> fault;
  std::atomic<std::uint64_t>* fault_hits = nullptr;  // with `fault`
};

class ScriptedGeneration final : public Generation {
 public:
  // The provider's parts outlive every call.
  struct Parts {
    const ScriptedConfig& config;
    Random& random;
    CallCounters& counters;
  };

  ScriptedGeneration(Loop& loop, ScriptedPlan plan, GenerationSink& sink, Parts parts);
  ~ScriptedGeneration() override;

  void pause() override;
  void resume() override;

 private:
  enum class Phase { connecting, waiting, streaming, stalled, over };

  void post_step();
  void step();
  void connect();
  void fail_attempt(const Fault& fault);
  void stream();
  bool fault_strikes();
  void finish();
  void fail(Error error);
  std::uint64_t pieces_due(SteadyTime now) const;
  void wait_for_next_piece(SteadyTime now);

  Loop& loop_;
  ScriptedPlan plan_;
  GenerationSink& sink_;
  Parts parts_;
  // Lets a posted step find out that the call is gone.
  const std::shared_ptr<ScriptedGeneration*> alive_ = std::make_shared<ScriptedGeneration*>(this);
  Timer timer_;

  Phase phase_ = Phase::connecting;
  bool posted_ = false;
  bool paused_ = false;
  bool accepted_ = false;
  bool fault_active_ = false;
  unsigned retries_ = 0;
  std::uint64_t pieces_ = 0;
  std::uint64_t bytes_ = 0;
  // The pace counts from here; a pause moves it, so that nothing has to be caught up with.
  SteadyTime paced_from_;
  std::uint64_t paced_from_piece_ = 0;
  CallTimes times_;
};

}  // namespace belay::providers
