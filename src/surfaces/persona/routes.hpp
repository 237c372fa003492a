// The persona surface: sessions that remember, answered as a stream or whole (requirements P1–P3, P5).
//
//   POST   /chat/start               {user_id, persona?} → {"session_id","persona"}
//   POST   /chat/stream              {session_id, message} → the answer as server-sent events; with
//   Last-Event-ID it goes on with an earlier one and never starts one
//   GET    /chat/stream?session_id=  the session's newest answer, for whoever joins; 204 after its end
//   DELETE /chat/stream?session_id=  204: its answers are cancelled, or had ended
//   POST   /chat/message             the same as POST /chat/stream, answered whole as JSON
//   GET    /chat/personas            who there is
//   POST   /coach                    breath measurements → one short line
//
// Whoever is signed in has sessions of their own; a `user_id` that is not theirs is refused. With
// `persona.anonymous`, callers without any credentials are served too: their `user_id` is believed, and
// knowing a session's id is what opens it. The two never meet: an anonymous caller's user is named " ID",
// which no signed-in user can be called. What such callers may do is limited by their address, never by a
// `user_id` (policy/persona_limits.hpp).
//
// Holds no state. One object for all loops; handlers run on the connection's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/authenticator.hpp"
#include "base/random.hpp"
#include "core/conversation_store.hpp"
#include "core/engine.hpp"
#include "core/session_store.hpp"
#include "policy/persona_limits.hpp"
#include "surfaces/live_settings.hpp"
#include "surfaces/persona/config.hpp"
#include "surfaces/persona/parse.hpp"
#include "surfaces/persona/render.hpp"
#include "surfaces/whole_answer.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::persona {

class PersonaRoutes {
 public:
  // All of it outlives the surface.
  struct Parts {
    Engine& engine;
    SessionStore& sessions;
    ConversationStore& conversations;
    auth::Authenticator& authenticator;
    const Snapshot<LiveSettings>& live;
    Random& random;
    PersonaSurfaceConfig config;
  };
  explicit PersonaRoutes(Parts parts) : parts_(std::move(parts)) {}

  // The address of its streams, for auth::Tickets.
  static std::string stream_pattern(const PersonaSurfaceConfig& config) {
    return config.prefix + "/chat/stream?session_id={session_id}";
  }

  std::vector<transport::Route> routes() { return routes(parts_.config, this); }
  // `self` may be null where only the patterns matter.
  static std::vector<transport::Route> routes(const PersonaSurfaceConfig& config, PersonaRoutes* self);

 private:
  // Nothing: nobody is signed in, and that is allowed here.
  using Caller = std::optional<auth::Identity>;
  // A run of a session: just begun, or found again by its Idempotency-Key. Or the answer that says no.
  struct Begun {
    std::optional<transport::Response> refusal;
    Session session;
    RunId run;
    bool has_key = false;  // an Idempotency-Key: the answer may be asked for again
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
  // Checks a given user_id against the caller; who is asking, as runs and limits name them.
  Result<std::string> user_of(const Caller& caller, const std::string& user_id) const;
  static std::string user_of(const Session& session);
  Awaitable<Result<Session>> find_session(Loop& loop, const Caller& caller, std::string id);

  static Begun refused(transport::Response refusal);
  Awaitable<Begun> begin(transport::Request& request);
  Awaitable<Result<Session>> take_turn(Loop& loop, const Session& session, RunId run);
  Awaitable<Result<RunRequest>> build(Loop& loop, const LiveSettings& live, const Session& session,
                                      const Ask& ask, RunId id);
  // The name of the caller's tier; the lowest of one who is not signed in.
  Awaitable<Result<std::string>> tier_name(Loop& loop, const LiveSettings& live, const Caller& caller);
  // Whose limits count: the user's, or those of the address of a caller who is not signed in.
  static policy::Subject subject_of(const Caller& caller, const transport::Request& request);
  policy::LimitRule session_limit() const;
  Awaitable<transport::Response> read(transport::Request& request, std::shared_ptr<RunLog> log,
                                      Position after);
  Awaitable<Result<WholeAnswer>> wait_for(Loop& loop, RunId run, std::string user, Milliseconds most_wait,
                                          transport::ClientPresence& client);
  // The client that waited for this answer has gone.
  Awaitable<> leave(Loop& loop, const Begun& begun, std::string user);
  const ModelTarget& model_of(const LiveSettings& live, const std::string& alias) const;

  // The coach's line by a model; nothing when it does not come in time.
  Awaitable<std::optional<std::string>> line_of_model(const transport::Request& request,
                                                      const LiveSettings& live, const Caller& caller,
                                                      std::string user, const Coach& coach,
                                                      const prompts::Persona& persona);

  const Parts parts_;
  const PersonaDialect with_ids_{PersonaDialect::Ids::sent};
  const PersonaDialect without_ids_{PersonaDialect::Ids::left_out};
};

}  // namespace belay::surfaces::persona
