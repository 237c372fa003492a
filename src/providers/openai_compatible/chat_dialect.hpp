// OpenAI's Chat Completions, which most servers of models speak.
//
// What differs between them is in the catalogue's row (names of model, token field and system role, whether
// sampling parameters and tools are allowed) and in HttpProviderConfig (stream options, how a partial answer
// is continued).
#pragma once

#include "providers/calls/dialect.hpp"

namespace belay::providers {

class ChatDialect final : public Dialect {
 public:
  HttpRequest request(const HttpProviderConfig& config, const GenerationRequest& request) const override;
  Overlap overlap(const GenerationRequest&) const override { return {}; }
  std::unique_ptr<AnswerReader> reader(AnswerReader::Parts parts) const override;
  bool can_continue(const HttpProviderConfig& config, const Model& model) const override {
    return config.continue_style != ContinueStyle::none && model.can_continue;
  }
  bool can_resume(const HttpProviderConfig&) const override { return false; }
};

// The body of a request.
std::string chat_request_body(const HttpProviderConfig& config, const GenerationRequest& request);

}  // namespace belay::providers
