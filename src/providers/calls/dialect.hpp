// One way in which servers of language models speak: how a request is written and how its answer is read.
// Stateless, so any thread may use it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "providers/calls/answer_reader.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class Dialect {
 public:
  virtual ~Dialect() = default;
  // Method, path behind base_url (in `url`), headers and body; key, address and certificates are the
  // provider's.
  virtual HttpRequest request(const HttpProviderConfig& config, const GenerationRequest& request) const = 0;
  // What the answer to that request says again of the partial answer.
  virtual Overlap overlap(const GenerationRequest& request) const = 0;
  virtual std::unique_ptr<AnswerReader> reader(AnswerReader::Parts parts) const = 0;
  // Whether a model of this server can be given a partial answer to go on from.
  virtual bool can_continue(const HttpProviderConfig& config, const Model& model) const = 0;
  // Whether the server keeps answers, so that one that was cut can be taken up again.
  virtual bool can_resume(const HttpProviderConfig& config) const = 0;
};

std::unique_ptr<const Dialect> make_dialect(DialectKind kind);
// As the catalogue names them: "chat", "responses", "messages".
std::optional<DialectKind> dialect_from(std::string_view name);

}  // namespace belay::providers
