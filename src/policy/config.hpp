// The numeric settings of policy. Read-only after start and reload. config.cpp has their bounds.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"

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

// Requirements A5 and A6.
struct AssistantLimits {
  // Requests of one user that are queued or running.
  std::uint64_t max_active_per_user = 5;
  // Requests of all users that are queued or running on this server.
  std::uint64_t max_active = 1000;
  // New requests of one user within any span of rate_window, for each mode.
  std::uint64_t rate_chat = 60;
  std::uint64_t rate_edit = 30;
  std::uint64_t rate_generate = 20;
  Milliseconds rate_window = std::chrono::minutes(1);
};

// The limits of the chat surface.
struct ChatLimits {
  // Answers of one user that are queued or running.
  std::uint64_t max_active_per_user = 5;
  // Answers of all users that are queued or running on this server.
  std::uint64_t max_active = 1000;
  // New requests of one user within any span of rate_window.
  std::uint64_t rate = 60;
  Milliseconds rate_window = std::chrono::minutes(1);
  // New sessions of one user within any span of rate_window.
  std::uint64_t max_new_sessions_per_user = 60;
};

// The limits of the persona surface.
struct PersonaLimits {
  // Answers of one user that are queued or running.
  std::uint64_t max_active_per_user = 5;
  // Answers of all users that are queued or running on this server.
  std::uint64_t max_active = 1000;
  // New messages, and calls of the coach, of one user within any span of rate_window.
  std::uint64_t rate = 60;
  std::uint64_t rate_coach = 120;
  Milliseconds rate_window = std::chrono::minutes(1);
  // New sessions of one user within any span of rate_window.
  std::uint64_t max_new_sessions_per_user = 60;
  // The same limits for callers who are not signed in, per client address (an IPv6 address counts by its
  // /64).
  std::uint64_t max_active_per_address = 20;
  std::uint64_t max_messages_per_address = 240;
  std::uint64_t max_coach_calls_per_address = 480;
  std::uint64_t max_new_sessions_per_address = 60;
};

// Requirement X21: concurrent exports.
struct ExportLimits {
  // Of one user.
  std::uint64_t max_active_per_user = 2;
  // Of all users on this server.
  std::uint64_t max_active = 20;
};

struct Config {
  TiersConfig tiers;
  AssistantLimits assistant;
  ChatLimits chat;
  PersonaLimits persona;
  ExportLimits exports;
  // The value of Retry-After when too many requests run at the same time: nobody knows when a slot becomes
  // free.
  Milliseconds busy_retry_after = std::chrono::seconds(5);
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, TiersConfig& config);
void declare(Settings& settings, Config& config);  // those of all limits: the section "limits"
// Each continues the section of what it limits.
void declare(Settings& settings, AssistantLimits& limits);
void declare(Settings& settings, ChatLimits& limits);
void declare(Settings& settings, PersonaLimits& limits);
void declare(Settings& settings, ExportLimits& limits);

}  // namespace belay::policy
