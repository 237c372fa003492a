// The chat surface: sessions, streams, histories (requirements C1–C9). The routes, below `prefix`:
//
//   POST   /api/chat/start                       201 {"sessionId","chatId","userMessageId","messageId"}: the
//                                                answer is being generated
//   GET    /api/chat/stream?sessionId=|chatId=   the newest answer, from any position; 204 after its end
//   DELETE /api/chat/stream?sessionId=|chatId=   204: the answer is cancelled, or had ended
//   GET    /api/chat/history?chatId=|projectId=|taskId=
//                                                messages, in pages
//   GET    /api/chat/models                      the models that the caller may use
//   PUT    /api/chat/messages/{id}/reaction      sets a reaction; DELETE removes it
//   PATCH  /api/chat/{chatId}                    changes title, archived, pinned
//   DELETE /api/chat/{chatId}                    204: the chat is removed for good
//   PUT    /api/chat/{chatId}/branch             shows the branch with a message
//   GET    /api/chat/{chatId}/export?format=     json, md or pdf
//   GET    /api/chats                            the caller's conversations; DELETE removes all of them
//   GET    /api/chats?q=                         searches in titles and messages
//   DELETE /api/me                               removes everything of the caller, on all surfaces
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <vector>

#include "core/types/erasure.hpp"
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
  Awaitable<transport::Response> found_chats(transport::Request& request, const Caller& caller,
                                             SearchQuery query);
  Awaitable<transport::Response> change_chat(transport::Request& request);
  Awaitable<transport::Response> choose_branch(transport::Request& request);
  Awaitable<transport::Response> delete_chat(transport::Request& request);
  Awaitable<transport::Response> delete_chats(transport::Request& request);
  Awaitable<transport::Response> delete_user(transport::Request& request);
  Awaitable<transport::Response> export_chat(transport::Request& request);

  // Which answer a request is about.
  struct Answer {
    RunId run;
    Position after{1, 0};
    WallTime session_ends{std::numeric_limits<std::int64_t>::max()};
  };
  Awaitable<Result<Answer>> find_answer(transport::Request& request, const Caller& caller,
                                        const AnswerQuery& query, const std::optional<Position>& resume);
  Awaitable<Result<Answer>> answer_of_session(transport::Request& request, const Caller& caller,
                                              std::string id, const std::optional<Position>& resume);
  Awaitable<Result<Answer>> answer_of_chat(transport::Request& request, const Caller& caller, std::string id,
                                           const std::optional<Position>& resume);
  Awaitable<Result<>> cancel_session(transport::Request& request, const Caller& caller, std::string id);
  Awaitable<Result<>> cancel_chat(transport::Request& request, const Caller& caller, std::string id);
  Awaitable<transport::Response> erase(transport::Request& request, Erasure::What what);
  Awaitable<transport::Response> set_reaction(transport::Request& request, std::optional<Reaction> reaction);

  const SurfaceContext context_;
  const ChatConfig config_;
};

Surface make(const SurfaceContext* context, const ChatConfig& config);

}  // namespace belay::surfaces::chat
