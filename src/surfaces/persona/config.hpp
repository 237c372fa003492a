// The persona surface's settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/units.hpp"

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
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, PersonaSurfaceConfig& config);

}  // namespace belay::surfaces
