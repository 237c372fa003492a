// The Responses dialect of OpenAI and xAI.
//
// Nothing is kept at the provider (`store` is off) unless background responses are configured: then the
// answer goes on there while the connection, or Belay, is away, and is taken up again by its id.
#pragma once

#include "providers/calls/dialect.hpp"

namespace belay::providers {

class ResponsesDialect final : public Dialect {
 public:
  HttpRequest request(const HttpProviderConfig& config, const GenerationRequest& request) const override;
  Overlap overlap(const GenerationRequest& request) const override;
  std::unique_ptr<AnswerReader> reader(AnswerReader::Parts parts) const override;
  // A last message of the assistant is answered, not continued.
  bool can_continue(const HttpProviderConfig&, const Model&) const override { return false; }
  bool can_resume(const HttpProviderConfig& config) const override {
    return config.background && config.supports_streaming;
  }
};

// The body of a request.
std::string responses_request_body(const HttpProviderConfig& config, const GenerationRequest& request);

}  // namespace belay::providers
