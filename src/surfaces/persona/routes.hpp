// The persona surface: sessions with a memory, answered as a stream or as a whole (requirements P1–P3, P5).
//
//   POST   /chat/start               {user_id, persona?} → {"session_id","persona"}
//   POST   /chat/stream              {session_id, message} → the answer as server-sent events. With
//                                    Last-Event-ID it resumes an earlier answer and never starts one
//   GET    /chat/stream?session_id=  the session's newest answer, for all readers; 204 after its end
//   DELETE /chat/stream?session_id=  204: the session's answers are cancelled, or had ended
//   POST   /chat/message             like POST /chat/stream, but the whole answer as JSON
//   GET    /chat/personas            the list of personas
//   POST   /coach                    breath measurements → one short line
//
// A signed-in caller has sessions of their own; a `user_id` of somebody else is rejected. With
// `persona.anonymous`, callers without any credentials are served too. Their `user_id` is accepted without
// proof, and whoever knows a session's id can use the session. The two kinds of users are separate: an
// anonymous caller's user is named " ID", which cannot be the name of a signed-in user. Anonymous callers are
// limited by their address, never by a `user_id` (policy/persona_limits.hpp).
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/authenticator.hpp"
#include "base/random.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/session_store.hpp"
#include "core/run/engine.hpp"
#include "policy/persona_limits.hpp"
#include "surfaces/persona/config.hpp"
#include "surfaces/persona/parse.hpp"
#include "surfaces/persona/render.hpp"
#include "surfaces/runtime_config.hpp"
#include "surfaces/surface.hpp"
#include "surfaces/whole_answer.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::persona {

class PersonaRoutes {
 public:
  // Everything must outlive the surface.
  struct Parts {
    Engine& engine;
    SessionStore& sessions;
    ConversationStore& conversations;
    auth::Authenticator& authenticator;
    const Snapshot<RuntimeConfig>& live;
    Random& random;
    PersonaSurfaceConfig config;
  };
  explicit PersonaRoutes(Parts parts) : parts_(std::move(parts)) {}

  std::vector<transport::Route> routes() { return routes(parts_.config, this); }
  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const PersonaSurfaceConfig& config, PersonaRoutes* self);

 private:
  // Nothing: the caller is not signed in, and the configuration allows that.
  using Caller = std::optional<auth::Caller>;
  // A run of a session, just started or found by its Idempotency-Key. Or `refusal`, an error response.
  struct Begun {
    std::optional<transport::Response> refusal;
    Session session;
    RunId run;
    bool has_key = false;  // it has an Idempotency-Key: the client may ask for the answer again
    std::vector<transport::Header> headers;
  };

  Awaitable<transport::Response> start(transport::Request& request);
  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> resume(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);
  Awaitable<transport::Response> message(transport::Request& request);
  Awaitable<transport::Response> personas(transport::Request& request);
  Awaitable<transport::Response> coach(transport::Request& request);

  Awaitable<Result<Caller>> identify(const transport::Request& request);
  // Checks a given user_id against the caller. Returns the user's name in runs and limits.
  Result<std::string> user_of(const Caller& caller, const std::string& user_id) const;
  static std::string user_of(const Session& session);
  Awaitable<Result<Session>> find_session(Loop& loop, const Caller& caller, std::string id);

  static Begun refused(transport::Response refusal);
  Awaitable<Begun> begin(transport::Request& request);
  Awaitable<Result<Session>> take_turn(Loop& loop, const Session& session, RunId run);
  Awaitable<Result<RunRequest>> build(Loop& loop, const RuntimeConfig& live, const Session& session,
                                      const Ask& ask, RunId id);
  // The name of the caller's tier; the lowest tier for a caller who is not signed in.
  Awaitable<Result<std::string>> tier_name(Loop& loop, const RuntimeConfig& live, const Caller& caller);
  // The subject of the limits: the user, or the address of a caller who is not signed in.
  static policy::Subject subject_of(const Caller& caller, const transport::Request& request);
  policy::LimitRule session_limit() const;
  Awaitable<transport::Response> read(transport::Request& request, std::shared_ptr<LogBuffer> log,
                                      Position after);
  Awaitable<Result<WholeAnswer>> wait_for(Loop& loop, RunId run, std::string user, Milliseconds max_wait,
                                          transport::ClientPresence& client);
  // Called when the client that waited for this answer has disconnected.
  Awaitable<> leave(Loop& loop, const Begun& begun, std::string user);
  const ModelTarget& model_of(const RuntimeConfig& live, const std::string& alias) const;

  // Asks a model for the coach's line; nothing when it does not answer in time.
  Awaitable<std::optional<std::string>> line_of_model(const transport::Request& request,
                                                      const RuntimeConfig& live, const Caller& caller,
                                                      std::string user, const Coach& coach,
                                                      const prompts::Persona& persona);

  const Parts parts_;
};

Surface make(const SurfaceContext* context, const PersonaSurfaceConfig& config);

}  // namespace belay::surfaces::persona
