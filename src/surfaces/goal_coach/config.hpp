// The goal coach surface's settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/settings/config_reading.hpp"
#include "base/units.hpp"
#include "policy/config.hpp"
#include "policy/surface_rules.hpp"
#include "services/goals/config.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::surfaces {

struct GoalCoachConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths, which begin with /api/v1: "" or "/coaching".
  std::string prefix;
  // The model that answers, by its alias or its provider's name for it. If the catalogue has no such model: the first one.
  std::string coach_model = "claude-3-5-sonnet-20241022";
  // Longest answer.
  std::uint64_t max_tokens = 4'096;
  // Sent only if it is set, and if the model's entry allows it.
  std::optional<double> temperature;
  // Maximum size of a request body.
  ByteCount max_body{64_KiB};
  // Maximum size of a message, in bytes.
  ByteCount max_message{16_KiB};
  // Base of the reconnection time that is sent to clients. Each client gets a time between this and twice as much.
  Milliseconds retry_base{1'000};
  // How long POST /chat/send waits for the whole answer.
  Milliseconds send_wait{120'000};
  // A question without an answer after this time gets a second `typing` message. 0: never.
  Milliseconds slow_after{0};
  // Goals, meetings, access.
  services::GoalsConfig goals;
  struct Limits : policy::SurfaceLimits {
    // One message at a time for each user (requirement G2).
    Limits() { max_active_per_user = 1; }
    // Messages of one user in any span of rate_window.
    std::uint64_t rate = 20;
    // Changes of profile, goals and meetings, and imports, of one user in any span of rate_window.
    std::uint64_t rate_changes = 120;
  };
  Limits limits;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, GoalCoachConfig& config);
// The limits of each mode, in the order in which they are checked:
//   goal_coach.active.user     the user's messages under way           429 too_many_active   message
//   goal_coach.rate            the user's messages                     429 rate_limited      message
//   goal_coach.active.server   the messages of all users under way     503 server_full       message
//   goal_coach.rate_changes    changes of profile, goals and meetings  429 rate_limited      change
policy::SurfaceRules rules(const GoalCoachConfig& config, const policy::Config& policy);

}  // namespace belay::surfaces
