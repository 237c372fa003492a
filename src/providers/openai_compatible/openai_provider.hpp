// Any server that speaks OpenAI's Chat Completions: OpenAI itself, xAI, NIM, vLLM and many more, by
// configuration alone.
//
// What differs between them is named in OpenAiConfig and in the catalogue's row. Bodies of the provider never
// reach a client: errors are texts of our own, with the provider's request id for its support. The key is
// sent in one header, and shown nowhere.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "core/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/config.hpp"
#include "providers/http/http_client.hpp"
#include "providers/openai_compatible/chat_chunk.hpp"

namespace belay::providers {

class OpenAiProvider final : public Provider {
 public:
  struct Setup {
    OpenAiConfig config;
    Secret key;                    // empty: none is sent
    std::optional<Error> missing;  // what every call fails with: a key that is configured and not there
  };

  // Client and random outlive the provider.
  OpenAiProvider(Setup setup, HttpClient& client, Random& random);
  ~OpenAiProvider() override;

  bool can_continue(const Model& model) const override {
    return setup_.config.continue_style != ContinueStyle::none && model.can_continue;
  }
  std::unique_ptr<Generation> start(Loop& loop, const GenerationRequest& request,
                                    GenerationSink& sink) override;

  const CallCounters& counters() const { return counters_; }

 private:
  ChatChunkReader& reader_of(const Loop& loop);

  static constexpr std::size_t kMostLoops = 64;
  const Setup setup_;
  HttpClient& client_;
  Random& random_;
  // By the loop's index; each is made and used on its loop alone.
  std::array<std::unique_ptr<ChatChunkReader>, kMostLoops> readers_;
  CallCounters counters_;
};

}  // namespace belay::providers
