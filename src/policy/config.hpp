// The numeric settings of policy. The ops module fills them from the configuration file; after that they are
// read-only. Each comment states the allowed range.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"

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
  // Requests of one user that are queued or running. 1 to 10,000.
  std::uint64_t max_active_per_user = 5;
  // Requests of all users that are queued or running on this server. 1 to 1,000,000.
  std::uint64_t max_active = 1000;
  // New requests of one user within any span of rate_window, for each mode. 1 to 10,000.
  std::uint64_t rate_chat = 60;
  std::uint64_t rate_edit = 30;
  std::uint64_t rate_generate = 20;
  // 1 s to 24 h.
  Milliseconds rate_window = std::chrono::minutes(1);
};

// The limits of the chat surface.
struct ChatLimits {
  // Answers of one user that are queued or running. 1 to 10,000.
  std::uint64_t max_active_per_user = 5;
  // Answers of all users that are queued or running on this server. 1 to 1,000,000.
  std::uint64_t max_active = 1000;
  // New requests of one user within any span of rate_window. 1 to 10,000.
  std::uint64_t rate = 60;
  // 1 s to 24 h.
  Milliseconds rate_window = std::chrono::minutes(1);
  // New sessions of one user within any span of rate_window. 1 to 10,000.
  std::uint64_t max_new_sessions_per_user = 60;
};

// The limits of the persona surface.
struct PersonaLimits {
  // Answers of one user that are queued or running. 1 to 10,000.
  std::uint64_t max_active_per_user = 5;
  // Answers of all users that are queued or running on this server. 1 to 1,000,000.
  std::uint64_t max_active = 1000;
  // New messages, and calls of the coach, of one user within any span of rate_window. 1 to 10,000.
  std::uint64_t rate = 60;
  std::uint64_t rate_coach = 120;
  // 1 s to 24 h.
  Milliseconds rate_window = std::chrono::minutes(1);
  // New sessions of one user within any span of rate_window. 1 to 10,000.
  std::uint64_t max_new_sessions_per_user = 60;
  // The same limits for callers who are not signed in, per client address (an IPv6 address counts by its
  // /64). 1 to 10,000.
  std::uint64_t max_active_per_address = 20;
  std::uint64_t max_messages_per_address = 240;
  std::uint64_t max_coach_calls_per_address = 480;
  std::uint64_t max_new_sessions_per_address = 60;
};

// Requirement X21: concurrent exports.
struct ExportLimits {
  // Of one user. 1 to 10,000.
  std::uint64_t max_active_per_user = 2;
  // Of all users on this server. 1 to 10,000.
  std::uint64_t max_active = 20;
};

struct Config {
  TiersConfig tiers;
  AssistantLimits assistant;
  ChatLimits chat;
  PersonaLimits persona;
  ExportLimits exports;
  // The value of Retry-After when too many requests run at the same time: nobody knows when a slot becomes
  // free. 1 s to 10 min.
  Milliseconds busy_retry_after = std::chrono::seconds(5);
};

}  // namespace belay::policy
