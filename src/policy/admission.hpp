// Which limits apply to a request: facts in, rules out. There is one function per surface.
//
// Pure; any thread. The rules are checked in the order in which they are returned. If several limits are
// reached, that order decides which error the client gets. First come the limits that the user can do
// something about (end a request, wait). Last comes the limit that no user can influence (the server is
// full).
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
//   assistant.active.user     the user's concurrent requests         429 too_many_active
//   assistant.rate.MODE       the user's requests in this mode       429 rate_limited
//   assistant.active.server   the concurrent requests of all users   503 server_full
// The tier does not matter here.
std::vector<LimitRule> assistant_limits(const Config& config, std::string_view user, AssistantMode mode);

// The chat surface:
//   chat.active.user     the user's concurrent answers         429 too_many_active
//   chat.rate            the user's requests                   429 rate_limited
//   chat.active.server   the concurrent answers of all users   503 server_full
// The catalogue decides which models a tier may use. The session counts its own requests.
std::vector<LimitRule> chat_limits(const Config& config, std::string_view user);
// For a command that calls no model: the same limits without chat.active.user. A command is fast and must be
// usable while answers are in progress.
std::vector<LimitRule> chat_command_limits(const Config& config, std::string_view user);
// Also applies to a request that starts a session: chat.new_sessions, 429 rate_limited.
LimitRule chat_session_limit(const Config& config, std::string_view user);

// The requests of one session. No counter is involved: the session itself counts them. 429 session_used_up.
LimitRule session_requests(std::string name, std::uint64_t max, std::string advice);

// An export, from its request until the client has received the last byte (requirement X21):
//   exports.active.user     the user's concurrent exports         429 too_many_active
//   exports.active.server   the concurrent exports of all users   503 server_full
std::vector<LimitRule> export_limits(const Config& config, std::string_view user);

// Whether a tier may use a model. `model_tier` is the lowest tier that may use it; an empty or unknown name
// allows everybody. Fails with `forbidden`, naming the required tier.
Result<> may_use_model(const Tiers& tiers, Tier tier, std::string_view model_tier);

}  // namespace belay::policy
