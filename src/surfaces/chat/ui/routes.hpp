// `useChat` of the AI SDK, on the paths that it has by default (requirements K50 to K58). The chats are the chat surface's:
// same limits, same store. Below `prefix`:
//
//   POST /api/chat                 the answer to the newest message, as a UI message stream (render.hpp). A run of its own
//                                  that goes on when the client leaves: stop() of a client is no more than that
//   GET  /api/chat/{id}/stream     the chat's newest answer from its start, or from Last-Event-ID on. 204: there is none, or
//                                  it has ended and a client certainly has it. {id} may also be a run's:
//        ?startIndex=N             from the Nth chunk on, for WorkflowChatTransport; -N: the last N that there are
//   POST /api/chat/{id}/stop       {"success":true}: what is being answered in the chat is cancelled, for all its tabs
//   GET  /api/chat/{id}/messages   {"messages","activeStreamId"}: what a page begins with
//   WS   /api/chat/socket          the same for WebSocketChatTransport (socket.hpp)
//
// Errors are plain text (errors.hpp). Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surfaces/chat/config.hpp"
#include "surfaces/chat/ui/body.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::chat::ui {

// Starts the answer that the request wants. Without a caller's deadline it waits as long as `deadline`. `key` and `digest`
// as in services::StartRun. Errors are in the chat's words.
struct Started {
  Result<RunId> run;
  std::string chat;
  std::vector<LimitStatus> limits{};
};
Awaitable<Started> start_answer(const SurfaceContext& context, Loop& loop, Deadline deadline, Caller caller,
                                ChatRequest request, std::string key, std::string digest);

// The newest answer of a chat, if a client may want it: it is being made, or nobody has had its end. `id` may also be a
// run's. The log begins at `after`, which belongs to the run that its id names (session_position.hpp). Nothing: there is
// none, or it is another user's.
struct Answer {
  RunId run;
  services::OpenLog log;
};
Awaitable<Result<std::optional<Answer>>> find_answer(const SurfaceContext& context, Loop& loop,
                                                     Deadline deadline, std::string user, std::string id,
                                                     std::optional<Position> after);

class UiRoutes {
 public:
  UiRoutes(const SurfaceContext& context, ChatConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const ChatConfig& config, UiRoutes* self);

 private:
  Awaitable<transport::Response> send(transport::Request& request);
  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> stop(transport::Request& request);
  Awaitable<transport::Response> messages(transport::Request& request);
  Awaitable<transport::Response> socket(transport::Request& request);

  transport::Response chunks(const transport::Request& request, const Caller& caller, const RunId& run,
                             services::OpenLog log);

  const SurfaceContext context_;
  const ChatConfig config_;
};

}  // namespace belay::surfaces::chat::ui
