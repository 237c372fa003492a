// The chat surface's settings.
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

struct ChatConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths: "" or "/support".
  std::string prefix;
  // Maximum size of a request body.
  ByteCount max_body{1_MiB};
  // Maximum size of a body of `useChat`, which has all messages of a chat.
  ByteCount max_messages_body{4_MiB};
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
  // The model of a request that names none, in a chat without a choice. Empty, or not open to the caller: the first
  // of the catalogue that is.
  std::string default_model;
  // The model that makes a title of a chat's first question. Empty: the title is the beginning of the question.
  std::string title_model;
  // Base of the reconnection time that is sent to clients of streams. Each client gets a time between this
  // and twice as much.
  Milliseconds retry_base{1'000};
  // In any span of rate_window.
  struct Limits : policy::SurfaceLimits {
    // New requests of one user.
    std::uint64_t rate = 60;
    // New sessions of one user.
    std::uint64_t max_new_sessions_per_user = 60;
  };
  Limits limits;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, ChatConfig& config);
// The limits, in the order in which they are checked:
//   chat.active.user     the user's concurrent answers         429 too_many_active
//   chat.rate            the user's requests                   429 rate_limited
//   chat.active.server   the concurrent answers of all users   503 server_full
// "chat" has all of them. "command", a command that calls no model, is not counted by the first: it is fast and
// must be usable while answers are in progress. "session" has one limit, which is added to those of a run that
// starts a session: chat.new_sessions, 429 rate_limited.
policy::SurfaceRules rules(const ChatConfig& config, const policy::Config& policy);

}  // namespace belay::surfaces
