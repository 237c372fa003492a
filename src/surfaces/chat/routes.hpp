// The chat surface: sessions, streams, histories (requirements C1–C9). Paths below `prefix`:
//
//   POST   /api/chat/start                       201 {"sessionId","chatId"}: the answer is under way
//   GET    /api/chat/stream?sessionId=           the session's newest answer, from any position; 204 after
//   its end DELETE /api/chat/stream?sessionId=           204: it is cancelled, or had ended GET
//   /api/chat/history?chatId=|projectId=|taskId= GET    /api/chat/models                      what the caller
//   may use PUT    /api/chat/messages/{id}/reaction      and DELETE GET    /api/chat/{chatId}/export?format=
//   json, md or pdf GET    /api/chats                            the caller's conversations
//
// Holds no state. One object for all loops; handlers run on the connection's. The way of a request from POST
// to run stands in start.cpp.
#pragma once

#include <vector>

#include "auth/authenticator.hpp"
#include "base/fair_workers.hpp"
#include "base/random.hpp"
#include "base/snapshot.hpp"
#include "core/conversation_store.hpp"
#include "core/engine.hpp"
#include "core/session_store.hpp"
#include "exports/config.hpp"
#include "exports/export_body.hpp"
#include "policy/limits.hpp"
#include "surfaces/chat/config.hpp"
#include "surfaces/chat/parse.hpp"
#include "surfaces/chat/render.hpp"
#include "surfaces/live_settings.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::chat {

inline constexpr std::string_view kSurface = "chat";

class ChatRoutes {
 public:
  // All of it outlives the surface.
  struct Parts {
    Engine& engine;
    ConversationStore& conversations;
    SessionStore& sessions;
    auth::Authenticator& authenticator;
    const Snapshot<LiveSettings>& live;
    Random& random;
    FairWorkers& heavy_workers;
    ChatConfig config;
    exports::Config exports;
    CacheConfig caching;
  };
  explicit ChatRoutes(Parts parts) : parts_(std::move(parts)) {}

  std::vector<transport::Route> routes() { return routes(parts_.config, this); }
  // `self` may be null where only the patterns matter.
  static std::vector<transport::Route> routes(const ChatConfig& config, ChatRoutes* self);
  // For stream tickets.
  static std::string stream_pattern(const ChatConfig& config) {
    return config.prefix + "/api/chat/stream?sessionId={sessionId}";
  }

 private:
  struct Intake;

  Awaitable<transport::Response> start(transport::Request& request);
  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);
  Awaitable<transport::Response> history(transport::Request& request);
  Awaitable<transport::Response> models(transport::Request& request);
  Awaitable<transport::Response> react(transport::Request& request);
  Awaitable<transport::Response> unreact(transport::Request& request);
  Awaitable<transport::Response> chats(transport::Request& request);
  Awaitable<transport::Response> export_chat(transport::Request& request);

  // start.cpp
  Awaitable<Result<Session>> repeat(Loop& loop, std::string user, RunId run);
  Awaitable<Result<>> begin(Loop& loop, Intake& intake);
  Awaitable<Result<>> resolve_session(Loop& loop, Intake& intake);
  Result<> resolve_model(Intake& intake) const;
  Result<const ModelTarget*> choose_model(Intake& intake) const;
  Awaitable<Result<>> take_session(Loop& loop, Intake& intake);
  Awaitable<Result<RunRequest>> build(Loop& loop, Intake& intake);
  std::string share_key(const Intake& intake, const RunRequest& run) const;
  transport::Response started(const Session& session) const;
  policy::LimitRule session_limit() const;
  std::string new_id(std::string_view prefix) const;

  Awaitable<Result<Conversation>> find_chat(Loop& loop, std::string user, std::string id);
  // `not_found` for another user's as for none.
  Awaitable<Result<Session>> find_session(Loop& loop, std::string user, std::string id);
  exports::NextMessages messages_of(ConversationKey key);
  Awaitable<transport::Response> set_reaction(transport::Request& request, std::optional<Reaction> reaction);

  const Parts parts_;
  const ChatDialect dialect_;
};

}  // namespace belay::surfaces::chat
