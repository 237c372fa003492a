// The OpenAI surface's settings.
#pragma once

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

struct OpenAiConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths, which begin with /v1: "" or "/openai".
  std::string prefix;
  // The alias of the model of a request that names none; empty: the first model that the caller may use.
  std::string model;
  // Comes before the client's own system prompt. Empty: the client's text is all.
  std::string preamble;
  // Maximum size of a request body.
  ByteCount max_body{4_MiB};
  // Base of the reconnection time that is sent to clients of streams. Each client gets a time between this
  // and twice as much.
  Milliseconds retry_base{1'000};
  // How long a request without `stream` waits for its answer.
  Milliseconds wait{600'000};
  // An answer that nobody has read for this time is cancelled, unless its client has said that it comes back.
  Milliseconds unwatched{10'000};
  struct Limits : policy::SurfaceLimits {
    // One key often stands for a front end with many users, which also asks for titles and tags.
    Limits() { max_active_per_user = 20; }
    // Requests of one user in any span of rate_window.
    std::uint64_t rate = 300;
  };
  Limits limits;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, OpenAiConfig& config);
// The limits of the modes "chat" and "responses" together, in the order in which they are checked:
//   openai.active.user     the user's concurrent requests         429 too_many_active
//   openai.rate            the user's requests                    429 rate_limit_exceeded
//   openai.active.server   the concurrent requests of all users   503 server_full
policy::SurfaceRules rules(const OpenAiConfig& config, const policy::Config& policy);

}  // namespace belay::surfaces
