// The chat surface: sessions, streams, histories (requirements C1–C9). The routes, below `prefix`:
//
//   POST   /api/chat/start                       201 {"sessionId","chatId"}: the answer is being generated
//   GET    /api/chat/stream?sessionId=           the session's newest answer, from any position; 204 after
//                                                its end
//   DELETE /api/chat/stream?sessionId=           204: the answer is cancelled, or had ended
//   GET    /api/chat/history?chatId=|projectId=|taskId=
//                                                messages, in pages
//   GET    /api/chat/models                      the models that the caller may use
//   PUT    /api/chat/messages/{id}/reaction      sets a reaction; DELETE removes it
//   GET    /api/chat/{chatId}/export?format=     json, md or pdf
//   GET    /api/chats                            the caller's conversations
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <vector>

#include "surfaces/chat/config.hpp"
#include "surfaces/chat/parse.hpp"
#include "surfaces/chat/render.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::chat {

class ChatRoutes {
 public:
  ChatRoutes(const SurfaceContext& context, ChatConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const ChatConfig& config, ChatRoutes* self);

 private:
  Awaitable<transport::Response> start(transport::Request& request);
  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);
  Awaitable<transport::Response> history(transport::Request& request);
  Awaitable<transport::Response> models(transport::Request& request);
  Awaitable<transport::Response> react(transport::Request& request);
  Awaitable<transport::Response> unreact(transport::Request& request);
  Awaitable<transport::Response> chats(transport::Request& request);
  Awaitable<transport::Response> export_chat(transport::Request& request);

  Awaitable<transport::Response> set_reaction(transport::Request& request, std::optional<Reaction> reaction);

  const SurfaceContext context_;
  const ChatConfig config_;
};

Surface make(const SurfaceContext* context, const ChatConfig& config);

}  // namespace belay::surfaces::chat
