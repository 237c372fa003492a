// The persona surface's settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay::surfaces {

// Where the coach's one line comes from (requirement P5).
enum class CoachSource { lines, provider };

struct PersonaSurfaceConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Put before its paths: "" or "/training".
  std::string prefix;
  // Whether it serves callers who are not signed in: their `user_id` is believed, and a session's id opens
  // the session. On in development mode.
  bool anonymous = false;
  // The alias of the model that answers; empty: the first of the catalogue.
  std::string model;
  // Largest request body. 1 KiB … 16 MiB.
  ByteCount most_body{1_MiB};
  // Longest message, in bytes. 16 B … 4 MiB.
  ByteCount most_message{256_KiB};
  // How long a session lasts from its start. 1 s … 365 days.
  Milliseconds session_time{std::chrono::hours(24)};
  // Messages of one session. 1 … 10,000.
  std::uint32_t session_requests = 1000;
  // Base of the reconnection time that streams tell their clients; each gets between this and twice as much.
  // 100 ms … 10 min.
  Milliseconds retry_base{1'000};
  CoachSource coach = CoachSource::lines;
  // How long POST /coach waits for a model; then, or when it fails, a configured line is said. 100 ms … 1
  // min.
  Milliseconds coach_wait{3'000};
  // Longest line of the coach, in characters. 16 … 1000.
  std::uint32_t coach_most_characters = 160;
};

}  // namespace belay::surfaces
