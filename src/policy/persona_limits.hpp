// Which limits apply to requests of the persona surface. Pure; any thread. The rules are returned in the
// order in which they are checked (policy/admission.hpp).
//
// Users who are signed in are counted by name. All other callers are counted by client address: a name
// without proof must neither use up another user's limits nor get limits of its own. The keys of the two
// kinds can never be equal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/config.hpp"
#include "policy/limits.hpp"

namespace belay::policy {

// The subject of a limit: whose requests are counted.
struct Subject {
  enum class Kind { user, address };
  Kind kind = Kind::user;
  std::string name;  // the user, or the client's address from transport::client_network()
};

// The limits of a message in a session. In brackets: the names for callers who are not signed in.
//   persona.active.user                   concurrent answers                    429 too_many_active
//     [persona.active.address]
//   persona.rate [persona.rate_address]   messages                              429 rate_limited
//   persona.active.server                 the concurrent answers of all users   503 server_full
std::vector<LimitRule> persona_limits(const Config& config, const Subject& subject);
// The two of them that limit concurrent answers.
std::vector<LimitRule> active_limits(const Config& config, const Subject& subject);
// The limit of a call of the coach: persona.rate_coach [persona.rate_coach_address], 429 rate_limited.
std::vector<LimitRule> coach_limits(const Config& config, const Subject& subject);
// The limits of a new session: persona.new_sessions [persona.new_sessions_address], 429 rate_limited. Also
// persona.active.server, so that no session starts while the server is full; its slot is released at once.
std::vector<LimitRule> persona_session_limits(const Config& config, const Subject& subject);

}  // namespace belay::policy
