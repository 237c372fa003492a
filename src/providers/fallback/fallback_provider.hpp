// A model with fallbacks: if it fails, the next model of the chain answers.
//
// Before the first piece of the answer, any model of the chain may take over. After it, only a model that can
// continue a partial answer may take over, and it continues exactly what the client has received. If there is
// none, the call fails and the delivered text is kept. Errors that are the client's own fault, and refusals
// by a content filter, are not passed to other models.
//
// The call ends with the error of the last model that was asked. Exception: not_found means that a model had
// nothing to offer (a cache without a matching answer). Then the error before it is reported. Usage is summed
// over the chain; each part has the price of its own model.
//
// Immutable after construction and thread-safe. Owned by app/.
#pragma once

#include <functional>
#include <vector>

#include "core/ports/models.hpp"

namespace belay::providers {

class FallbackProvider final : public Provider {
 public:
  struct Switch {
    const Model& from;
    const Model& to;
    const Error& why;
  };
  // Called on any loop; must be fast.
  using Observe = std::function<void(const Switch&)>;

  // The chain has at least one target. The targets' providers must outlive this object.
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
