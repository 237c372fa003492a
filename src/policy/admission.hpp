// Which limits a request meets: facts in, rules out. One function a surface.
//
// Pure; any thread. The order of the rules is the order in which they are checked, and so decides what a
// client is told when several are exhausted: first what the user can mend (end a request, wait), last what
// nobody can (the server is full).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.hpp"
#include "policy/limits.hpp"
#include "policy/tiers.hpp"

namespace belay::policy {

// Requirement A1.
enum class AssistantMode { chat, edit, generate };
std::optional<AssistantMode> assistant_mode_from(std::string_view name);
std::string_view to_string(AssistantMode mode);

// Requirements A5 and A6:
//   assistant.active.user     the user's requests at once           429 too_many_active
//   assistant.rate.MODE       the user's requests of this mode      429 rate_limited
//   assistant.active.server   everybody's requests at once          503 server_full
// The tier plays no part in them.
std::vector<LimitRule> assistant_limits(const Config& config, std::string_view user, AssistantMode mode);

// The chat surface:
//   chat.active.user     the user's answers at once       429 too_many_active
//   chat.rate            the user's requests              429 rate_limited
//   chat.active.server   everybody's answers at once      503 server_full
// Which models a tier may ask for is the catalogue's; how many requests a session has, the session's.
std::vector<LimitRule> chat_limits(const Config& config, std::string_view user);
// A command that asks no model: the same without chat.active.user. It is over in a moment, and is to be had
// while answers are under way.
std::vector<LimitRule> chat_command_limits(const Config& config, std::string_view user);
// A request that starts a session counts here too: chat.new_sessions, 429 rate_limited.
LimitRule chat_session_limit(const Config& config, std::string_view user);

// The requests of one session: no counter has them, the session itself does. 429 session_used_up.
LimitRule session_requests(std::string name, std::uint64_t most, std::string way_out);

// An export, from its request to the last byte that its client takes (requirement X21):
//   exports.active.user     the user's exports at once       429 too_many_active
//   exports.active.server   everybody's exports at once      503 server_full
std::vector<LimitRule> export_limits(const Config& config, std::string_view user);

// Whether a tier may ask for a model that names the lowest tier that may; an empty or unknown name is
// everybody's. `forbidden`, naming the tier that is needed.
Result<> may_use_model(const Tiers& tiers, Tier tier, std::string_view model_tier);

}  // namespace belay::policy
