#include "policy/config.hpp"

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

void declare(Settings& settings, AssistantLimits& limits) {
  settings.continue_section("assistant");
  settings
      .integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, "requests"},
               "Requests of one user that are queued or running. Beyond: 429.")
      .renamed_from("most_active_a_user");
  settings
      .integer("max_active", limits.max_active, {1, 1'000'000, "requests"},
               "Requests of all users that are queued or running on this server. Beyond: 503.")
      .renamed_from("most_active");
  settings.integer("rate_chat", limits.rate_chat, {1, 10'000, "requests"},
                   "New requests of one user in mode chat in any span of rate_window. Beyond: 429.");
  settings.integer("rate_edit", limits.rate_edit, {1, 10'000, "requests"}, "The same in mode edit.");
  settings.integer("rate_generate", limits.rate_generate, {1, 10'000, "requests"},
                   "The same in mode generate.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rates above.");
}

void declare(Settings& settings, ChatLimits& limits) {
  settings.continue_section("chat");
  settings
      .integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, "answers"},
               "Answers of one user that are queued or running. Beyond: 429.")
      .renamed_from("most_active_a_user");
  settings
      .integer("max_active", limits.max_active, {1, 1'000'000, "answers"},
               "Answers of all users that are queued or running on this server. Beyond: 503.")
      .renamed_from("most_active");
  settings.integer("rate", limits.rate, {1, 10'000, "requests"},
                   "New requests of one user in any span of rate_window. Beyond: 429.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rates.");
  settings.integer("max_new_sessions_per_user", limits.max_new_sessions_per_user, {1, 10'000, "sessions"},
                   "New sessions of one user in any span of rate_window. Beyond: 429.");
}

void declare(Settings& settings, PersonaLimits& limits) {
  settings.continue_section("persona");
  settings
      .integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, "answers"},
               "Answers of one user that are queued or running. Beyond: 429.")
      .renamed_from("most_active_a_user");
  settings
      .integer("max_active", limits.max_active, {1, 1'000'000, "answers"},
               "Answers of all users that are queued or running on this server. Beyond: 503.")
      .renamed_from("most_active");
  settings.integer("rate", limits.rate, {1, 10'000, "messages"},
                   "New messages of one user in any span of rate_window. Beyond: 429.");
  settings.integer("rate_coach", limits.rate_coach, {1, 10'000, "calls"},
                   "Calls of POST /coach of one user in any span of rate_window. Beyond: 429.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rates.");
  settings.integer("max_new_sessions_per_user", limits.max_new_sessions_per_user, {1, 10'000, "sessions"},
                   "New sessions of one user in any span of rate_window. Beyond: 429.");
  settings.integer("max_active_per_address", limits.max_active_per_address, {1, 10'000, "answers"},
                   "Without sign-in (anonymous): answers of one client address at once. These limits never "
                   "count by user_id. An IPv6 address counts by its /64. Beyond: 429.");
  settings.integer("max_messages_per_address", limits.max_messages_per_address, {1, 10'000, "messages"},
                   "Without sign-in: new messages from one client address in any span of rate_window.");
  settings.integer("max_coach_calls_per_address", limits.max_coach_calls_per_address, {1, 10'000, "calls"},
                   "Without sign-in: calls of POST /coach from one client address in any span of "
                   "rate_window.");
  settings.integer("max_new_sessions_per_address", limits.max_new_sessions_per_address,
                   {1, 10'000, "sessions"},
                   "Without sign-in: new sessions from one client address in any span of rate_window.");
}

void declare(Settings& settings, ExportLimits& limits) {
  settings.continue_section("exports");
  settings.integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, "exports"},
                   "Exports of one user at once. Beyond: 429.");
  settings.integer("max_active", limits.max_active, {1, 10'000, "exports"},
                   "Exports of all users at once on this server. Beyond: 503. Each may hold a page of "
                   "messages in memory, or one long message.");
}

}  // namespace belay::policy
