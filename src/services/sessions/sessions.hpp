// Sessions without a run: looked up, and started by a request of their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/thread_pool.hpp"
#include "core/types/caller.hpp"
#include "core/types/limit.hpp"
#include "core/types/session.hpp"
#include "services/limits/limiter.hpp"
#include "services/parts.hpp"

namespace belay::services {

class Sessions {
 public:
  Sessions(const Parts& parts, Limiter& limiter) : parts_(parts), limiter_(limiter) {}

  // `not_found` also for another user's session.
  Awaitable<Result<Session>> find(Loop& loop, Deadline deadline, const Caller& caller, std::string surface,
                                  std::string id);

  struct NewSession {
    Caller caller;
    std::string surface;  // its rules have sessions, and limits for the action "session"
    std::string persona;
    std::string project;  // the name that a caller who is not signed in gives themselves
    Deadline deadline = Deadline::never();
  };
  struct Outcome {
    Result<Session> session;
    std::optional<LimitStatus> limit{};  // as in Limiter::Outcome
  };
  Awaitable<Outcome> create(Loop& loop, NewSession wanted);

 private:
  const Parts parts_;
  Limiter& limiter_;
};

// A session of these rules that has no id in the store yet.
Session make_session(const Parts& parts, const policy::SessionRules& rules, const Caller& caller,
                     std::string surface, std::string conversation);
Error no_such_session();
// The user of the runs of a session. A caller who is not signed in is who they say they are.
std::string owner_of(const Session& session);

}  // namespace belay::services
