// A model with others in its stead: when it fails, the next one of the chain answers.
//
// Before the first piece of the answer any of the chain may take over. After it only one that can continue a
// partial answer, which then sees what the client has seen; else the call fails and what was told stays. What
// the client itself is at fault for, a content filter's refusal, is not asked of others.
//
// The error that goes up is that of the last model asked; one that has nothing to give (not_found: a cache
// without a fitting answer) leaves the one before it. Usage is added up over the chain, each part at the
// price of its model. Immutable after its making, thread-safe; owned by app/.
#pragma once

#include <functional>
#include <vector>

#include "core/models.hpp"

namespace belay::providers {

class FallbackProvider final : public Provider {
 public:
  struct Switch {
    const Model& from;
    const Model& to;
    const Error& why;
  };
  // Any loop; quick.
  using Observe = std::function<void(const Switch&)>;

  // At least one target; their providers outlive this.
  FallbackProvider(std::vector<ModelTarget> chain, Observe observe);

  bool can_continue(const Model& model) const override;
  bool can_resume(const Model& model) const override;
  std::unique_ptr<Generation> start(Loop& loop, const GenerationRequest& request,
                                    GenerationSink& sink) override;

 private:
  class Call;
  const std::vector<ModelTarget> chain_;
  const Observe observe_;
};

}  // namespace belay::providers
