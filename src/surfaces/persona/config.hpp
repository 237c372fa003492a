// The persona surface's settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "policy/config.hpp"
#include "policy/surface_rules.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::surfaces {

// What produces the coach's line (requirement P5).
enum class CoachSource { lines, provider };

struct PersonaSurfaceConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths: "" or "/training".
  std::string prefix;
  // Whether it serves callers who are not signed in. Their `user_id` is accepted without proof, and whoever
  // knows a session's id can use the session. On in development mode.
  bool anonymous = false;
  // The alias of the model that answers; empty: the first model of the catalogue.
  std::string model;
  // Maximum size of a request body.
  ByteCount max_body{1_MiB};
  // Maximum size of a message, in bytes.
  ByteCount max_message{256_KiB};
  // How long a session lasts from its start.
  Milliseconds session_time{std::chrono::hours(24)};
  // Maximum number of messages in a session.
  std::uint32_t session_requests = 1000;
  // Base of the reconnection time that is sent to clients of streams. Each client gets a time between this
  // and twice as much.
  Milliseconds retry_base{1'000};
  CoachSource coach = CoachSource::lines;
  // How long POST /coach waits for a model. After that, or when the model fails, a configured line is the
  // answer.
  Milliseconds coach_wait{3'000};
  // Maximum length of the coach's line, in characters.
  std::uint32_t coach_max_characters = 160;
  // New messages, calls of the coach and sessions count in any span of rate_window.
  struct Limits : policy::SurfaceLimits {
    // Of one user.
    std::uint64_t rate = 60;
    std::uint64_t rate_coach = 120;
    std::uint64_t max_new_sessions_per_user = 60;
    // The same for callers who are not signed in, per client address (an IPv6 address counts by its /64).
    std::uint64_t max_active_per_address = 20;
    std::uint64_t max_messages_per_address = 240;
    std::uint64_t max_coach_calls_per_address = 480;
    std::uint64_t max_new_sessions_per_address = 60;
  };
  Limits limits;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, PersonaSurfaceConfig& config);
// The limits, in the order in which they are checked. In brackets: the names for callers who are not signed in.
// A message in a session ("message") has these three, a call of a model for the coach ("coach") the first and the
// last of them:
//   persona.active.user [persona.active.address]   concurrent answers                    429 too_many_active
//   persona.rate [persona.rate_address]            messages                              429 rate_limited
//   persona.active.server                          the concurrent answers of all users   503 server_full
// A call of POST /coach ("coach_call"):
//   persona.rate_coach [persona.rate_coach_address]       429 rate_limited
// A new session ("session"). No session starts while the server is full; the slot is released at once.
//   persona.new_sessions [persona.new_sessions_address]   429 rate_limited
//   persona.active.server                                 503 server_full
policy::SurfaceRules rules(const PersonaSurfaceConfig& config, const policy::Config& policy);

}  // namespace belay::surfaces
