// Any server of language models behind an address, in one of the three dialects: OpenAI, Anthropic, xAI, NIM,
// vLLM and many more, by configuration alone.
//
// What differs between them is named in HttpProviderConfig and in the catalogue's row. Bodies of the provider
// never reach a client: errors are texts of our own, with the provider's request id for its support. The key
// is sent in one header, and shown nowhere.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "core/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/calls/call_gate.hpp"
#include "providers/calls/circuit_breaker.hpp"
#include "providers/calls/dialect.hpp"
#include "providers/config.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class HttpProvider final : public Provider {
 public:
  struct Setup {
    HttpProviderConfig config;
    DialectKind dialect = DialectKind::chat;  // of models that do not name one
    Secret key;                               // empty: none is sent
    std::optional<Error> missing;  // what every call fails with: a key that is configured and not there
    std::shared_ptr<CircuitBreaker> breaker;  // of the address; null: one of its own
  };

  // Client and random outlive the provider.
  HttpProvider(Setup setup, HttpClient& client, Random& random);
  ~HttpProvider() override;

  bool can_continue(const Model& model) const override;
  bool can_resume(const Model& model) const override;
  std::unique_ptr<Generation> start(Loop& loop, const GenerationRequest& request,
                                    GenerationSink& sink) override;

  const CallCounters& counters() const { return counters_; }
  const CircuitBreaker& breaker() const { return *breaker_; }
  const CallGate& gate() const { return gate_; }

 private:
  const Dialect& dialect_of(const Model& model) const;
  void address(HttpRequest& request) const;
  std::optional<Error> refusal(const GenerationRequest& request) const;
  JsonBuffer& buffer_of(const Loop& loop);

  static constexpr std::size_t kMostLoops = 64;
  const Setup setup_;
  HttpClient& client_;
  Random& random_;
  const std::shared_ptr<CircuitBreaker> breaker_;
  CallGate gate_;
  std::array<std::unique_ptr<const Dialect>, 3> dialects_;
  // By the loop's index; each is made and used on its loop alone.
  std::array<std::unique_ptr<JsonBuffer>, kMostLoops> buffers_;
  CallCounters counters_;
};

}  // namespace belay::providers
