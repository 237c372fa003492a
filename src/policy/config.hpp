// The numeric settings of policy. Read-only after start and reload. config.cpp has their bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "policy/surface_rules.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::policy {

// Requirement X15.
struct TiersConfig {
  // From lowest to highest. 1 to 16 names of 1 to 64 bytes; letter case does not matter.
  std::vector<std::string> order = {"basic", "pro", "enterprise"};
  // Other names for tiers: alias, then tier.
  std::map<std::string, std::string> aliases = {{"premium", "pro"}};
};

// What the limits of all surfaces have in common (requirements A5 and A6). A surface's Config has a member
// `limits` of a type that adds its own limits to these. What an operator changes there is applied by SIGHUP.
struct SurfaceLimits {
  // Requests or answers of one user that are queued or running.
  std::uint64_t max_active_per_user = 5;
  // Requests or answers of all users that are queued or running on this server.
  std::uint64_t max_active = 1000;
  // The time span in which a surface's rates are counted.
  Milliseconds rate_window = std::chrono::minutes(1);
};

// Requirement X21: concurrent exports.
struct ExportLimits {
  // Of one user.
  std::uint64_t max_active_per_user = 2;
  // Of all users on this server.
  std::uint64_t max_active = 20;
};

// Requirement X21: uploads that are being received or downloaded at the same time.
struct ActiveUploads {
  // Of one user.
  std::uint64_t max_active_per_user = 2;
  // Of all users on this server. Each may hold a file in memory.
  std::uint64_t max_active = 16;
};

struct Config {
  TiersConfig tiers;
  ExportLimits exports;
  ActiveUploads uploads;
  // The value of Retry-After when too many requests run at the same time: nobody knows when a slot becomes
  // free.
  Milliseconds busy_retry_after = std::chrono::seconds(5);
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, TiersConfig& config);
void declare(Settings& settings, Config& config);         // those of all limits: the section "limits"
void declare(Settings& settings, ExportLimits& limits);   // continues the section of exports
void declare(Settings& settings, ActiveUploads& limits);  // continues the section of uploads
// max_active_per_user and max_active, in the current section. `what`: "answers". A surface declares its rates
// and rate_window itself.
void declare_active(Settings& settings, SurfaceLimits& limits, std::string_view what);

// The limits of the action "export", from its request until the client has received the last byte (requirement
// X21):
//   exports.active.user     the user's concurrent exports         429 too_many_active
//   exports.active.server   the concurrent exports of all users   503 server_full
SurfaceRules export_rules(const Config& config);
// The limits of the action "upload", while a file is received or downloaded:
//   uploads.active.user     the user's uploads at once         429 too_many_active
//   uploads.active.server   the uploads of all users at once   503 server_full
SurfaceRules upload_rules(const Config& config);

}  // namespace belay::policy
