// What the services are made of. All of it outlives them.
#pragma once

#include <functional>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/snapshot.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/counters.hpp"
#include "core/ports/engine_observer.hpp"
#include "core/ports/erasure_store.hpp"
#include "core/ports/ledger_store.hpp"
#include "core/ports/session_store.hpp"
#include "core/ports/store.hpp"
#include "core/ports/user_store.hpp"
#include "core/run/config.hpp"
#include "services/runtime_config.hpp"

namespace belay::services {

struct Parts {
  Counters& counters;
  Store& runs;
  ConversationStore& conversations;
  SessionStore& sessions;
  ErasureStore& erasures;
  UserStore& users;
  LedgerStore& ledger;
  EngineObserver& observer;
  const Clock& clock;
  Random& random;  // thread-safe
  const Snapshot<RuntimeConfig>& runtime;
  // Whether a new run may start now. Fails with `draining` or `storage_full`.
  std::function<Result<>()> accepts_runs;
  CacheConfig::Scope answers_shared = CacheConfig::Scope::off;
};

}  // namespace belay::services
