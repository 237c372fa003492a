// A scripted call in progress: delivers the pieces of an answer at their pace. ScriptedProvider decides what
// is delivered; this class decides when.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "core/ports/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/config.hpp"
#include "providers/retry.hpp"
#include "providers/scripted/answer_text.hpp"
#include "providers/scripted/script.hpp"

namespace belay::providers {

// What one call will do.
struct ScriptedPlan {
  std::unique_ptr<AnswerText> text;
  std::unique_ptr<AnswerText> reasoning;  // null: none, or all of it was delivered
  std::optional<Error> rejected;          // fail with this error instead of answering
  Milliseconds first_token_delay{0};
  double pace_per_second = 0;  // 0: as fast as pieces are read
  std::optional<Usage> usage;  // empty: estimated from the text
  TokenCount input;            // for the estimate
  std::vector<ToolCall> tool_calls;
  bool streams_calls = false;    // GenerationRequest::streams_calls
  std::uint32_t call_piece = 8;  // bytes of a piece of a call
  std::string stop_sequence;     // at which the text ends; empty: none
  FinishReason finish = FinishReason::stop;
  std::optional<Fault> fault;
  std::atomic<std::uint64_t>* fault_hits = nullptr;  // set together with `fault`
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
  bool apply_fault();
  bool stream_reasoning();
  bool stream_call();
  void finish();
  void fail(Error error);
  std::uint64_t pieces_due(SteadyTime now) const;
  void wait_for_next_piece(SteadyTime now);

  Loop& loop_;
  ScriptedPlan plan_;
  GenerationSink& sink_;
  Parts parts_;
  // Lets a posted step detect that the call is destroyed.
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
  std::size_t next_call_ = 0;              // all calls before it were delivered
  std::unique_ptr<AnswerText> arguments_;  // the rest of those of the call before; null: none was begun
  // The pace is counted from this time. A pause moves it forward, so that no backlog of pieces builds up.
  SteadyTime paced_from_;
  std::uint64_t paced_from_piece_ = 0;
  CallTimes times_;
};

}  // namespace belay::providers
