// One protocol of language-model servers: how a request is written and how its answer is decoded. Stateless,
// so any thread may use it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "providers/calls/answer_decoder.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class Protocol {
 public:
  virtual ~Protocol() = default;
  // Returns method, path relative to base_url (in `url`), headers and body. The provider adds key, address
  // and certificates.
  virtual HttpRequest request(const HttpProviderConfig& config, const GenerationRequest& request) const = 0;
  // Returns which part of the partial answer the response to that request repeats.
  virtual Overlap overlap(const GenerationRequest& request) const = 0;
  virtual std::unique_ptr<AnswerDecoder> decoder(AnswerDecoder::Parts parts) const = 0;
  // Whether a model of this server can continue a partial answer.
  virtual bool can_continue(const HttpProviderConfig& config, const Model& model) const = 0;
  // Whether the server keeps answers, so that an interrupted one can be resumed.
  virtual bool can_resume(const HttpProviderConfig& config) const = 0;
};

std::unique_ptr<const Protocol> make_protocol(ProtocolKind kind);
// The names in the catalogue: "chat", "responses", "messages".
std::optional<ProtocolKind> protocol_from(std::string_view name);

}  // namespace belay::providers
