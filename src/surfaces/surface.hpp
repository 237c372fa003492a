// What a surface gets from the server, and what it gives back. app/surfaces.cpp has the table of all surfaces.
//
// A surface is a folder with its Config, declare(), check() and make(). The rest of the server knows it only
// by these, except for the limits in policy/.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "auth/authenticator.hpp"
#include "base/fair_thread_pool.hpp"
#include "base/random.hpp"
#include "base/snapshot.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/session_store.hpp"
#include "core/run/engine.hpp"
#include "exports/config.hpp"
#include "policy/limits.hpp"
#include "surfaces/runtime_config.hpp"
#include "transport/router.hpp"

namespace belay::surfaces {

// What every surface may use. All of it outlives the surfaces.
struct SurfaceContext {
  Engine& engine;
  ConversationStore& conversations;
  SessionStore& sessions;
  auth::Authenticator& authenticator;
  const Snapshot<RuntimeConfig>& runtime;
  Random& random;
  FairThreadPool& export_pool;
  const exports::Config& exports;
  const CacheConfig& cache;
};

// Made by a surface's make(context, config). Without a context nothing is served: only the patterns are of use.
struct Surface {
  std::shared_ptr<void> owner;  // of the handlers; lives as long as the routes are served
  std::vector<transport::Route> routes;
  // The streams that a ticket may open: "/assistant/stream/{request_id}".
  std::vector<std::string> ticket_patterns;
  // The limits that a finished or running request counted against, to rebuild the counters at start. Empty: it
  // is not counted any more, or never was.
  std::function<std::vector<policy::LimitRule>(const policy::Config&, const LedgerRow&)> limits_of;
  // The longest time window of these limits: older rows count no more.
  std::function<Milliseconds(const policy::Config&)> longest_window;
};

}  // namespace belay::surfaces
