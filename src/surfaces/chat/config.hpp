// The chat surface's settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay::surfaces {

struct ChatConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths: "" or "/support".
  std::string prefix;
  // Maximum size of a request body. 1 KiB … 16 MiB.
  ByteCount max_body{1_MiB};
  // Maximum size of a prompt, in bytes. 16 B … 4 MiB.
  ByteCount max_prompt{256_KiB};
  // How long a session lasts from its start. 1 s … 7 days.
  Milliseconds session_time{std::chrono::minutes(10)};
  // Maximum number of requests in a session. 1 … 10,000.
  std::uint32_t session_requests = 10;
  // How often expired sessions are deleted. 1 s … 24 h.
  Milliseconds session_sweep{std::chrono::minutes(5)};
  // Number of messages or conversations in a page when the client names none. 1 … 500.
  std::uint32_t page_size = 100;
  // Base of the reconnection time that is sent to clients of streams. Each client gets a time between this
  // and twice as much. 100 ms … 10 min.
  Milliseconds retry_base{1'000};
};

}  // namespace belay::surfaces
