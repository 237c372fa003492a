// The Responses protocol of OpenAI and xAI.
//
// The provider keeps nothing (`store` is off) unless background responses are configured. In that case the
// answer continues at the provider while the connection, or Belay, is down, and is resumed by its id.
#pragma once

#include "providers/calls/protocol.hpp"

namespace belay::providers {

class ResponsesProtocol final : public Protocol {
 public:
  HttpRequest request(const HttpProviderConfig& config, const GenerationRequest& request) const override;
  Overlap overlap(const GenerationRequest& request) const override;
  std::unique_ptr<AnswerDecoder> decoder(AnswerDecoder::Parts parts) const override;
  // If the last message is the assistant's, the model answers it and does not continue it.
  bool can_continue(const HttpProviderConfig&, const Model&) const override { return false; }
  bool can_resume(const HttpProviderConfig& config) const override {
    return config.background && config.supports_streaming;
  }
};

// Returns the body of a request.
std::string responses_request_body(const HttpProviderConfig& config, const GenerationRequest& request);

}  // namespace belay::providers
