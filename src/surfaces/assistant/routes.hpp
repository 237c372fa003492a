// The assistant surface: POST a request, GET its stream (requirements A1–A10).
//
//   POST   /assistant/request               201 {"request_id","status"}, Location of the stream
//   GET    /assistant/stream/{request_id}   the answer as server-sent events, from any position; 204 after
//                                           its end
//   DELETE /assistant/request/{request_id}  204: the answer is cancelled, or had ended
//
// Holds no state. It parses the request, gets the limits that apply from policy, lets the engine reserve them
// and start a run, and renders from the log. One object serves all loops; handlers run on the connection's
// loop.
#pragma once

#include <vector>

#include "auth/authenticator.hpp"
#include "base/random.hpp"
#include "core/ports/session_store.hpp"
#include "core/run/engine.hpp"
#include "policy/admission.hpp"
#include "prompts/assistant_prompt.hpp"
#include "surfaces/assistant/config.hpp"
#include "surfaces/assistant/parse.hpp"
#include "surfaces/assistant/render.hpp"
#include "surfaces/runtime_config.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::assistant {

class AssistantRoutes {
 public:
  // Everything must outlive the surface.
  struct Parts {
    Engine& engine;
    SessionStore& sessions;  // for the users' tiers
    auth::Authenticator& authenticator;
    const Snapshot<RuntimeConfig>& live;
    Random& random;
    AssistantConfig config;
  };
  explicit AssistantRoutes(Parts parts) : parts_(std::move(parts)) {}

  std::vector<transport::Route> routes() { return routes(parts_.config, this); }
  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const AssistantConfig& config, AssistantRoutes* self);

 private:
  Awaitable<transport::Response> ask(transport::Request& request);
  Awaitable<transport::Response> stream(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);

  Awaitable<Result<std::vector<Message>>> history(Loop& loop, std::size_t max, std::string user,
                                                  std::string conversation);
  Awaitable<Result<RunRequest>> build(Loop& loop, const RuntimeConfig& live, std::string user, const Ask& ask,
                                      RunId id);
  transport::Response accepted(const RunId& id) const;

  const Parts parts_;
};

Surface make(const SurfaceContext* context, const AssistantConfig& config);

}  // namespace belay::surfaces::assistant
