// The assistant surface: POST a request, GET its stream (requirements A1–A10).
//
//   POST   /assistant/request               201 {"request_id","status"}, Location of the stream
//   GET    /assistant/stream/{request_id}   the answer as server-sent events, from any position; 204 after
//   its end DELETE /assistant/request/{request_id}  204: it is cancelled, or had ended
//
// Holds no state: it parses, asks policy which limits apply, has the engine reserve and run, and renders from
// the log. One object for all loops; handlers run on the connection's.
#pragma once

#include <vector>

#include "auth/authenticator.hpp"
#include "base/random.hpp"
#include "core/engine.hpp"
#include "core/session_store.hpp"
#include "policy/admission.hpp"
#include "prompts/assistant_prompt.hpp"
#include "surfaces/assistant/config.hpp"
#include "surfaces/assistant/parse.hpp"
#include "surfaces/assistant/render.hpp"
#include "surfaces/live_settings.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::assistant {

class AssistantRoutes {
 public:
  // All of it outlives the surface.
  struct Parts {
    Engine& engine;
    SessionStore& sessions;  // of users: their tiers
    auth::Authenticator& authenticator;
    const Snapshot<LiveSettings>& live;
    Random& random;
    AssistantConfig config;
  };
  explicit AssistantRoutes(Parts parts) : parts_(std::move(parts)) {}

  std::vector<transport::Route> routes() { return routes(parts_.config, this); }
  // `self` may be null where only the patterns matter.
  static std::vector<transport::Route> routes(const AssistantConfig& config, AssistantRoutes* self);

 private:
  Awaitable<transport::Response> ask(transport::Request& request);
  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);

  Awaitable<Result<std::vector<ChatMessage>>> history(Loop& loop, std::size_t most, std::string user,
                                                      std::string conversation);
  Awaitable<Result<RunRequest>> build(Loop& loop, const LiveSettings& live, std::string user, const Ask& ask,
                                      RunId id);
  transport::Response accepted(const RunId& id) const;

  const Parts parts_;
  const AssistantDialect dialect_;
};

}  // namespace belay::surfaces::assistant
