// Any language-model server behind an address, over one of the three protocols: OpenAI, Anthropic, xAI, NIM,
// vLLM and many more, by configuration alone.
//
// HttpProviderConfig and the catalogue's row describe how servers differ. A provider's response bodies never
// reach a client: error texts are our own, plus the provider's request id for its support team. The key is
// sent in one header and never shown.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "core/ports/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/calls/call_gate.hpp"
#include "providers/calls/circuit_breaker.hpp"
#include "providers/calls/protocol.hpp"
#include "providers/config.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class HttpProvider final : public Provider {
 public:
  struct Setup {
    HttpProviderConfig config;
    ProtocolKind protocol = ProtocolKind::chat;  // for models that do not name one
    Secret key;                                  // empty: no key is sent
    // Every call fails with this error: a key is configured but missing.
    std::optional<Error> missing;
    std::shared_ptr<CircuitBreaker> breaker;  // shared by the address; null: the provider makes its own
  };

  // Client and random must outlive the provider.
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
  const Protocol& protocol_of(const Model& model) const;
  void address(HttpRequest& request) const;
  std::optional<Error> refusal(const GenerationRequest& request) const;
  JsonBuffer& buffer_of(const Loop& loop);

  static constexpr std::size_t kMaxLoops = 64;
  const Setup setup_;
  HttpClient& client_;
  Random& random_;
  const std::shared_ptr<CircuitBreaker> breaker_;
  CallGate gate_;
  std::array<std::unique_ptr<const Protocol>, 3> protocols_;
  // Indexed by the loop. Each buffer is made and used only on its loop.
  std::array<std::unique_ptr<JsonBuffer>, kMaxLoops> buffers_;
  CallCounters counters_;
};

}  // namespace belay::providers
