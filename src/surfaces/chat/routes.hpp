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
// Holds no state. One object serves all loops; handlers run on the connection's loop. start.cpp contains the
// way of a request from the POST to the run.
#pragma once

#include <vector>

#include "auth/authenticator.hpp"
#include "base/fair_thread_pool.hpp"
#include "base/random.hpp"
#include "base/snapshot.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/session_store.hpp"
#include "core/run/engine.hpp"
#include "exports/config.hpp"
#include "exports/export_body.hpp"
#include "policy/limits.hpp"
#include "surfaces/chat/config.hpp"
#include "surfaces/chat/parse.hpp"
#include "surfaces/chat/render.hpp"
#include "surfaces/runtime_config.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::chat {

inline constexpr std::string_view kSurface = "chat";

class ChatRoutes {
 public:
  // Everything must outlive the surface.
  struct Parts {
    Engine& engine;
    ConversationStore& conversations;
    SessionStore& sessions;
    auth::Authenticator& authenticator;
    const Snapshot<RuntimeConfig>& live;
    Random& random;
    FairThreadPool& heavy_workers;
    ChatConfig config;
    exports::Config exports;
    CacheConfig caching;
  };
  explicit ChatRoutes(Parts parts) : parts_(std::move(parts)) {}

  std::vector<transport::Route> routes() { return routes(parts_.config, this); }
  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const ChatConfig& config, ChatRoutes* self);

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
  // `not_found` also for another user's session.
  Awaitable<Result<Session>> find_session(Loop& loop, std::string user, std::string id);
  exports::NextMessages messages_of(ConversationKey key);
  Awaitable<transport::Response> set_reaction(transport::Request& request, std::optional<Reaction> reaction);

  const Parts parts_;
};

Surface make(const SurfaceContext* context, const ChatConfig& config);

}  // namespace belay::surfaces::chat
