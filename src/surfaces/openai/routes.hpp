// The OpenAI surface: Chat Completions and models, for clients that exist (requirements K1 to K12, K82).
//
//   POST /v1/chat/completions               the whole answer, or with "stream": true its chunks
//   GET  /v1/chat/completions/{id}          the whole answer; ?stream=true: its chunks, from any position; 204 behind
//                                           the end
//   POST /v1/chat/completions/{id}/cancel   204: the answer is cancelled, or had ended
//   GET  /v1/models, /v1/models/{model...}  the models that the caller may use
//
// Holds no state. Each request is one run without a conversation: what the client sends is all. One object serves all
// loops; handlers run on the connection's loop.
#pragma once

#include <vector>

#include "surfaces/openai/config.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::openai {

struct ChatRequest;

class OpenAiRoutes {
 public:
  OpenAiRoutes(const SurfaceContext& context, OpenAiConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const OpenAiConfig& config, OpenAiRoutes* self);

 private:
  Awaitable<transport::Response> complete(transport::Request& request);
  Awaitable<transport::Response> read(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);
  Awaitable<transport::Response> models(transport::Request& request);
  Awaitable<transport::Response> model(transport::Request& request);

  Awaitable<Result<Caller>> sign_in(const transport::Request& request);
  Awaitable<transport::Response> whole(const transport::Request& request, std::string user, RunId run);
  Awaitable<transport::Response> chunks(const transport::Request& request, Caller caller, RunId run,
                                        std::optional<Position> after, std::uint64_t starting_after,
                                        bool include_usage);

  const SurfaceContext context_;
  const OpenAiConfig config_;
};

Surface make(const SurfaceContext* context, const OpenAiConfig& config);

}  // namespace belay::surfaces::openai
