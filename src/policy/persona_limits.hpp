// Which limits the persona surface's requests meet. Pure; any thread; in the order in which they are checked
// (policy/admission.hpp).
//
// Users who are signed in are counted by their names. Everybody else is counted by client address: a name
// that nobody has proved must neither use up somebody's limits nor get limits of its own. The two kinds of
// keys cannot meet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/config.hpp"
#include "policy/limits.hpp"

namespace belay::policy {

// Who is counted.
struct Subject {
  enum class Kind { user, address };
  Kind kind = Kind::user;
  std::string name;  // the user; or the client's address, as transport::client_network() gives it
};

// A message in a session. In brackets: the names for callers who are not signed in.
//   persona.active.user [.address]        answers at once              429 too_many_active
//   persona.rate [persona.rate_address]   messages                     429 rate_limited
//   persona.active.server                 everybody's answers at once  503 server_full
std::vector<LimitRule> persona_limits(const Config& config, const Subject& subject);
// The two that are about answers under way.
std::vector<LimitRule> active_limits(const Config& config, const Subject& subject);
// A call of the coach: persona.rate_coach [persona.rate_coach_address], 429 rate_limited.
std::vector<LimitRule> coach_limits(const Config& config, const Subject& subject);
// A new session: persona.new_sessions [persona.new_sessions_address], 429 rate_limited; and none while the
// server is full: persona.active.server, whose place is given back at once.
std::vector<LimitRule> persona_session_limits(const Config& config, const Subject& subject);

}  // namespace belay::policy
