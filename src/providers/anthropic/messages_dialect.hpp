// Anthropic's Messages dialect, in both versions of it (the header `anthropic-version`).
//
// Sampling parameters are sent only where the model's entry allows them, and never under 2026-10-21, which
// refuses them even at their defaults. A partial answer is continued by prefilling the assistant's message,
// where the entry says that the model takes that. It must not end in white space, which is left out and
// dropped from the answer if it comes again.
#pragma once

#include "providers/calls/dialect.hpp"

namespace belay::providers {

class MessagesDialect final : public Dialect {
 public:
  HttpRequest request(const HttpProviderConfig& config, const GenerationRequest& request) const override;
  Overlap overlap(const GenerationRequest& request) const override;
  std::unique_ptr<AnswerReader> reader(AnswerReader::Parts parts) const override;
  bool can_continue(const HttpProviderConfig&, const Model& model) const override {
    return model.can_continue;
  }
  bool can_resume(const HttpProviderConfig&) const override { return false; }
};

// The body of a request.
std::string messages_request_body(const HttpProviderConfig& config, const GenerationRequest& request);

}  // namespace belay::providers
