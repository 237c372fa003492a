// The assistant surface: POST a request, GET its stream (requirements A1–A10).
//
//   POST   /assistant/request               201 {"request_id","status"}, Location of the stream
//   GET    /assistant/stream/{request_id}   the answer as server-sent events, from any position; 204 after
//                                           its end
//   DELETE /assistant/request/{request_id}  204: the answer is cancelled, or had ended
//   DELETE /assistant/conversation/{conversation_id}
//                                           204: the conversation is removed for good
//
// Holds no state. It parses the request, lets the run service start a run, and renders from the log. One object
// serves all loops; handlers run on the connection's loop.
#pragma once

#include <vector>

#include "surfaces/assistant/config.hpp"
#include "surfaces/assistant/render.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::assistant {

class AssistantRoutes {
 public:
  AssistantRoutes(const SurfaceContext& context, AssistantConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const AssistantConfig& config, AssistantRoutes* self);

 private:
  Awaitable<transport::Response> ask(transport::Request& request);
  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);
  Awaitable<transport::Response> delete_conversation(transport::Request& request);

  const SurfaceContext context_;
  const AssistantConfig config_;
};

Surface make(const SurfaceContext* context, const AssistantConfig& config);

}  // namespace belay::surfaces::assistant
