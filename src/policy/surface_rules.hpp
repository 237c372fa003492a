// The rules of a surface, as data: what a run or another action counts against, how its sessions work, who
// chooses the model. A surface makes them from its settings (surfaces/NAME/config.hpp); services apply them. They
// are made again when the settings are read again. Pure; any thread.
//
// Users who are signed in are counted by name. All other callers are counted by client address: a name without
// proof must neither use up another user's limits nor get limits of its own. The keys of the two kinds can
// never be equal.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "core/types/caller.hpp"
#include "core/types/limit.hpp"

namespace belay::policy {

// The subject of a limit: whose requests are counted.
struct Subject {
  enum class Kind { user, address };
  Kind kind = Kind::user;
  std::string name;  // the user, or the caller's network
};
Subject subject_of(const Caller& caller);

// A limit of a surface, for any caller.
struct LimitSpec {
  enum class Counts { caller, server };
  Counts counts = Counts::caller;
  Limit limit;  // for a user, or for the whole server; its key is made from the subject
  // For a caller who is not signed in.
  std::string address_name;
  std::uint64_t address_max = 0;
  std::string address_subject;
};

// At most so many at once: of one user (SURFACE.active.user, 429 too_many_active), of one address
// (SURFACE.active.address), of all (SURFACE.active.server, 503 server_full). `what`: "answers".
struct Active {
  std::string surface;
  std::string what;
  std::uint64_t max_per_user = 0;
  std::uint64_t max = 0;
  std::uint64_t max_per_address = 0;  // 0: the surface serves no anonymous callers
  Milliseconds busy_retry_after{0};
};
LimitSpec active_of_caller(const Active& active);
LimitSpec active_of_server(const Active& active);
// At most so many in any span of `window`: NAME for a user, NAME_address for an address, 429 rate_limited.
struct Rate {
  std::string name;
  std::string what;  // "messages"
  std::uint64_t max_per_user = 0;
  std::uint64_t max_per_address = 0;  // 0: the surface serves no anonymous callers
  Milliseconds window{0};
};
LimitSpec rate_of_caller(const Rate& rate);
// At most so many in a calendar month, UTC: NAME, 429 quota_exceeded. Of users who are signed in.
struct Quota {
  std::string name;
  std::string what;  // "questions"
  std::uint64_t max_per_user = 0;
  std::string advice{};  // the whole text of the refusal; empty: it says when the next one is possible
};
LimitSpec quota_of_caller(const Quota& quota);

struct SessionRules {
  std::string limit;  // name of the setting that limits the requests of a session: "chat.session_requests"
  std::uint32_t max_requests = 0;
  Milliseconds time{0};  // how long a session lasts
  std::string advice;    // how a caller gets a new session, for the error
  std::string (*new_id)(Random& random) = nullptr;
  std::string (*new_conversation)(Random& random) = nullptr;  // null: named like its session
};

struct SurfaceRules {
  std::string surface;
  std::vector<std::string> run_modes{};  // of its runs: "generate"; each has an entry in `limits`
  // By what is limited: the mode of a run, or an action of its own ("coach_call"). Two names have a meaning for
  // services: "command" is a slash command that calls no model, "session" is a new session. In the order in
  // which limits are checked: if several are reached, that order decides which error the client gets. First
  // come those that the caller can do something about. Last comes the one that no caller can influence.
  std::map<std::string, std::vector<LimitSpec>, std::less<>> limits{};
  std::optional<SessionRules> sessions{};
  // Callers choose the model, and their tier must allow it. Otherwise it is `default_model`, or the first of the
  // catalogue if that is empty.
  bool caller_chooses_model = false;
  std::string default_model{};
  // The model that names conversations; empty: their first question does.
  std::string title_model{};
  bool shares_answers = false;  // equal prompts may get the same answer
  bool has_channel = false;     // its runs appear in a channel of their user
};

// Empty for an action without limits.
std::vector<Limit> limits_of(const SurfaceRules& rules, std::string_view action, const Subject& subject);
// A session's own limit.
Limit session_limit(const SessionRules& rules);
// What a run that was started earlier still counts against: windows and quotas. Empty if its user is anonymous:
// it was counted by an address, which nobody has stored.
std::vector<Limit> counted_limits(const SurfaceRules& rules, std::string_view mode, std::string_view user);
// The longest time span that a count of these limits is kept for: 31 days for a quota.
Milliseconds longest_window(const SurfaceRules& rules);

}  // namespace belay::policy
