// The SendSage surface's settings.
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

struct SendsageConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths: "" or "/climbing".
  std::string prefix;
  // The aliases of the models that answer; empty: the first model of the catalogue.
  std::string basic_model = "grok-2";
  std::string premium_model = "grok-3";
  // The lowest tier that is Premium. A name that is not a tier: nobody is.
  std::string premium_tier = "premium";
  // Maximum size of a request body without a file.
  ByteCount max_body{1_MiB};
  // Maximum size of a question, in bytes.
  ByteCount max_prompt{64_KiB};
  // Tokens of a prompt and its answer together.
  std::uint64_t basic_tokens = 4'000;
  std::uint64_t premium_tokens = 128'000;
  // A question without an answer after this time gets a second `processing` event (requirement S7). 0: never.
  Milliseconds slow_after{1'000};
  // Base of the reconnection time that is sent to clients of streams. Each client gets a time between this
  // and twice as much.
  Milliseconds retry_base{1'000};
  // Requirements S3 and S4.
  struct Limits : policy::SurfaceLimits {
    Limits() { max_active_per_user = 20; }
    // Questions of a Basic user in a calendar month, UTC.
    std::uint64_t quota_basic = 10;
    // Questions of one user in any span of rate_window.
    std::uint64_t rate_basic = 10;
    std::uint64_t rate_premium = 100;
  };
  Limits limits;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, SendsageConfig& config);
// The limits of each mode, in the order in which they are checked:
//   sendsage.quota.basic     the user's questions in a month         429 quota_exceeded   basic
//   sendsage.rate.basic      the user's questions                    429 rate_limited     basic
//   sendsage.rate.premium    the same                                429 rate_limited     short, premium
//   sendsage.active.user     the user's concurrent questions         429 too_many_active
//   sendsage.active.server   the concurrent questions of all users   503 server_full
// "basic" is a question of a Basic user, "short" one of a Premium user to POST /chat/basic.
policy::SurfaceRules rules(const SendsageConfig& config, const policy::Config& policy);

}  // namespace belay::surfaces
