// The chat surface's settings.
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

struct ChatConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths: "" or "/support".
  std::string prefix;
  // Maximum size of a request body.
  ByteCount max_body{1_MiB};
  // Maximum size of a prompt, in bytes.
  ByteCount max_prompt{256_KiB};
  // How long a session lasts from its start.
  Milliseconds session_time{std::chrono::minutes(10)};
  // Maximum number of requests in a session.
  std::uint32_t session_requests = 10;
  // How often expired sessions are deleted.
  Milliseconds session_sweep{std::chrono::minutes(5)};
  // Number of messages or conversations in a page when the client names none.
  std::uint32_t page_size = 100;
  // Base of the reconnection time that is sent to clients of streams. Each client gets a time between this
  // and twice as much.
  Milliseconds retry_base{1'000};
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, ChatConfig& config);

}  // namespace belay::surfaces
