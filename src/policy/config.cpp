#include "policy/config.hpp"

#include <cctype>

#include "base/settings/settings.hpp"

namespace belay::policy {

using namespace std::chrono_literals;

void declare(Settings& settings, TiersConfig& config) {
  settings.section("tiers",
                   "Tiers decide what users may do. A user's tier comes from the token, else from the store, "
                   "else it is the lowest.");
  settings.string_list("order", config.order, 16,
                       "The tiers from the lowest to the highest. Letter case does not matter.");
  settings.string_map("aliases", config.aliases, 64, "Other names for these tiers.");
}

void declare(Settings& settings, Config& config) {
  settings.section("limits",
                   "How limits are counted. Each limit itself is in the section of what it limits.");
  settings.duration("busy_retry_after", config.busy_retry_after, {1s, 10min},
                    "The value of Retry-After when the server cannot know when capacity becomes free.");
}

void declare(Settings& settings, ExportLimits& limits) {
  settings.continue_section("exports");
  settings.integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, "exports"},
                   "Exports of one user at once. Beyond: 429.");
  settings.integer("max_active", limits.max_active, {1, 10'000, "exports"},
                   "Exports of all users at once on this server. Beyond: 503. Each may hold a page of "
                   "messages in memory, or one long message.");
}

void declare(Settings& settings, ActiveUploads& limits) {
  settings.continue_section("uploads");
  settings.integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, "files"},
                   "Files of one user that are being received or downloaded at once. Beyond: 429.");
  settings.integer(
      "max_active", limits.max_active, {1, 10'000, "files"},
      "Files of all users that are being received or downloaded at once on this server. Beyond: 503. Each "
      "may hold max_file in memory.");
}

void declare_active(Settings& settings, SurfaceLimits& limits, std::string_view what) {
  std::string subject(what);
  subject[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(subject[0])));
  settings
      .integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, what},
               subject + " of one user that are queued or running. Beyond: 429.")
      .renamed_from("most_active_a_user");
  settings
      .integer("max_active", limits.max_active, {1, 1'000'000, what},
               subject + " of all users that are queued or running on this server. Beyond: 503.")
      .renamed_from("most_active");
}

namespace {

// At most so many at once, of a user and of all.
template <class Limits>
SurfaceRules active_rules(const std::string& name, const std::string& action, const Limits& limits,
                          const Config& config) {
  SurfaceRules rules;
  rules.surface = name;
  Active active{rules.surface, name};
  active.max_per_user = limits.max_active_per_user;
  active.max = limits.max_active;
  active.busy_retry_after = config.busy_retry_after;
  rules.limits[action] = {active_of_caller(active), active_of_server(active)};
  return rules;
}

}  // namespace

SurfaceRules export_rules(const Config& config) {
  return active_rules("exports", "export", config.exports, config);
}

SurfaceRules upload_rules(const Config& config) {
  return active_rules("uploads", "upload", config.uploads, config);
}

}  // namespace belay::policy
