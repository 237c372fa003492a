// Anthropic's Messages protocol, in both of its versions (the header `anthropic-version`).
//
// Sampling parameters are sent only if the model's catalogue row allows them. They are never sent under
// version 2026-10-21, which rejects them even at their default values.
//
// A partial answer is continued by prefill: the request ends with the partial answer as the assistant's
// message. This is done only for models whose catalogue row allows it (`can_continue`). That message must not
// end in white space. Therefore trailing white space is left out of the request, and removed from the new
// answer if the model sends it again.
#pragma once

#include "providers/calls/protocol.hpp"

namespace belay::providers {

class MessagesProtocol final : public Protocol {
 public:
  HttpRequest request(const HttpProviderConfig& config, const GenerationRequest& request) const override;
  Overlap overlap(const GenerationRequest& request) const override;
  std::unique_ptr<AnswerDecoder> decoder(AnswerDecoder::Parts parts) const override;
  bool can_continue(const HttpProviderConfig&, const Model& model) const override {
    return model.can_continue;
  }
  bool can_resume(const HttpProviderConfig&) const override { return false; }
};

// Returns the body of a request.
std::string messages_request_body(const HttpProviderConfig& config, const GenerationRequest& request);

}  // namespace belay::providers
