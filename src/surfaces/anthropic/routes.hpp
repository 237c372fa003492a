// The Anthropic surface: Messages, for clients that exist (requirements K30 to K35).
//
//   POST /v1/messages                       the whole answer, or with "stream": true its events
//   POST /v1/messages/count_tokens          how many tokens a prompt has, estimated
//   GET  /v1/messages/{id}                  the whole answer; ?stream=true: its events, from any position; 204 behind
//                                           the end
//   POST /v1/messages/{id}/cancel           204: the answer is cancelled, or had ended
//
// GET /v1/models is of the OpenAI surface and answers both SDKs. Holds no state. Each request is one run without a
// conversation: what the client sends is all. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <vector>

#include "surfaces/anthropic/config.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::anthropic {

class AnthropicRoutes {
 public:
  AnthropicRoutes(const SurfaceContext& context, AnthropicConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const AnthropicConfig& config, AnthropicRoutes* self);

 private:
  Awaitable<transport::Response> create(transport::Request& request);
  Awaitable<transport::Response> count(transport::Request& request);
  Awaitable<transport::Response> read(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);

  Awaitable<Result<Caller>> sign_in(const transport::Request& request);
  Awaitable<transport::Response> whole(const transport::Request& request, std::string user, RunId run);
  Awaitable<transport::Response> events(const transport::Request& request, Caller caller, RunId run,
                                        std::optional<Position> after);

  const SurfaceContext context_;
  const AnthropicConfig config_;
};

Surface make(const SurfaceContext* context, const AnthropicConfig& config);

}  // namespace belay::surfaces::anthropic
