// OpenAI's Chat Completions protocol, which most language-model servers speak.
//
// Servers differ. The catalogue's row describes the name of the model, the token field, the system role, and
// whether sampling parameters and tools are allowed. HttpProviderConfig describes the stream options and how
// a partial answer is continued.
#pragma once

#include "providers/calls/protocol.hpp"

namespace belay::providers {

class ChatCompletionsProtocol final : public Protocol {
 public:
  HttpRequest request(const HttpProviderConfig& config, const GenerationRequest& request) const override;
  Overlap overlap(const GenerationRequest&) const override { return {}; }
  std::unique_ptr<AnswerDecoder> decoder(AnswerDecoder::Parts parts) const override;
  bool can_continue(const HttpProviderConfig& config, const Model& model) const override {
    return config.continue_style != ContinueStyle::none && model.can_continue;
  }
  bool can_resume(const HttpProviderConfig&) const override { return false; }
};

// Returns the body of a request.
std::string chat_request_body(const HttpProviderConfig& config, const GenerationRequest& request);

}  // namespace belay::providers
