// The persona surface: sessions with a memory, answered as a stream or as a whole (requirements P1–P3, P5, P7).
//
//   POST   /chat/start               {user_id, persona?} → {"session_id","persona"}
//   POST   /chat/stream              {session_id, message} → the answer as server-sent events. With
//                                    Last-Event-ID it resumes an earlier answer and never starts one
//   GET    /chat/stream?session_id=  the session's newest answer, for all readers; 204 after its end
//   DELETE /chat/stream?session_id=  204: the session's answers are cancelled, or had ended
//   GET    /chat/ws?session_id=      the same session over a WebSocket (socket_messages.hpp)
//   DELETE /chat/session?session_id= 204: the session and its messages are removed for good
//   POST   /chat/message             like POST /chat/stream, but the whole answer as JSON
//   GET    /chat/personas            the list of personas
//   POST   /coach                    breath measurements → one short line
//
// A signed-in caller has sessions of their own; a `user_id` of somebody else is rejected. With
// `persona.anonymous`, callers without any credentials are served too. Their `user_id` is accepted without
// proof, and whoever knows a session's id can use the session. The two kinds of users are separate: an
// anonymous caller's user is named " ID", which cannot be the name of a signed-in user. Anonymous callers are
// limited by their address, never by a `user_id` (policy/surface_rules.hpp).
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surfaces/persona/config.hpp"
#include "surfaces/persona/parse.hpp"
#include "surfaces/persona/render.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::persona {

class PersonaRoutes {
 public:
  PersonaRoutes(const SurfaceContext& context, PersonaSurfaceConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const PersonaSurfaceConfig& config, PersonaRoutes* self);

 private:
  Awaitable<transport::Response> start(transport::Request& request);
  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> resume(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);
  Awaitable<transport::Response> delete_session(transport::Request& request);
  Awaitable<transport::Response> message(transport::Request& request);
  Awaitable<transport::Response> socket(transport::Request& request);
  Awaitable<transport::Response> personas(transport::Request& request);
  Awaitable<transport::Response> coach(transport::Request& request);

  // A caller without credentials is served if the configuration allows it.
  Awaitable<Result<Caller>> identify(const transport::Request& request,
                                     auth::QueryToken query_token = auth::QueryToken::refused);
  // Checks a given user_id against the caller. Returns the user's name in runs.
  static Result<std::string> user_of(const Caller& caller, const std::string& user_id);
  Awaitable<Result<Session>> find_session(const transport::Request& request, const Caller& caller,
                                          std::string id);
  // A run for the request, just started or found by its Idempotency-Key. Or `refusal`, an error response.
  struct Asked {
    std::optional<transport::Response> refusal;
    std::optional<services::StartedRun> run;
    Caller caller;
    std::vector<LimitStatus> limits;
    bool has_key = false;  // the client may ask for the answer again
  };
  Awaitable<Asked> ask(transport::Request& request);
  transport::Response read(const transport::Request& request, const Caller& caller, services::OpenLog log);

  // Asks a model for the coach's line; nothing when it does not answer in time.
  Awaitable<std::optional<std::string>> line_of_model(const transport::Request& request, Caller caller,
                                                      const Coach& coach, const std::string& persona);

  const SurfaceContext context_;
  const PersonaSurfaceConfig config_;
};

Surface make(const SurfaceContext* context, const PersonaSurfaceConfig& config);

}  // namespace belay::surfaces::persona
