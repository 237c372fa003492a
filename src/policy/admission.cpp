#include "policy/admission.hpp"

#include <array>

#include <fmt/format.h>

namespace belay::policy {
namespace {

constexpr std::array<std::string_view, 3> kModes = {"chat", "edit", "generate"};

std::uint64_t rate_of(const AssistantLimits& config, AssistantMode mode) {
  switch (mode) {
    case AssistantMode::chat:
      return config.rate_chat;
    case AssistantMode::edit:
      return config.rate_edit;
    case AssistantMode::generate:
      return config.rate_generate;
  }
  return 0;
}

LimitRule at_once(std::string name, std::string key, std::uint64_t max, ErrorCode error_code,
                  std::string subject, Milliseconds busy_retry_after) {
  LimitRule rule;
  rule.name = std::move(name);
  rule.key = std::move(key);
  rule.kind = LimitRule::Kind::concurrent;
  rule.limit = max;
  rule.error_code = error_code;
  rule.subject = std::move(subject);
  rule.busy_retry_after = busy_retry_after;
  return rule;
}

LimitRule in_window(std::string name, std::string key, std::uint64_t max, Milliseconds window,
                    std::string subject) {
  LimitRule rule;
  rule.name = std::move(name);
  rule.key = std::move(key);
  rule.kind = LimitRule::Kind::sliding_window;
  rule.limit = max;
  rule.window = window;
  rule.error_code = ErrorCode::rate_limited;
  rule.subject = std::move(subject);
  return rule;
}

}  // namespace

std::optional<AssistantMode> assistant_mode_from(std::string_view name) {
  for (std::size_t i = 0; i < kModes.size(); ++i)
    if (kModes[i] == name) return static_cast<AssistantMode>(i);
  return std::nullopt;
}

std::string_view to_string(AssistantMode mode) {
  return kModes[static_cast<std::size_t>(mode)];
}

std::vector<LimitRule> assistant_limits(const Config& config, std::string_view user, AssistantMode mode) {
  const AssistantLimits& assistant = config.assistant;
  const std::string_view mode_name = to_string(mode);
  return {at_once("assistant.active.user", fmt::format("assistant/active/{}", user),
                  assistant.max_active_per_user, ErrorCode::too_many_active, "requests of one user",
                  config.busy_retry_after),
          in_window(fmt::format("assistant.rate.{}", mode_name),
                    fmt::format("assistant/rate/{}/{}", mode_name, user), rate_of(assistant, mode),
                    assistant.rate_window, fmt::format("{} requests", mode_name)),
          at_once("assistant.active.server", "assistant/server", assistant.max_active, ErrorCode::server_full,
                  "requests on this server", config.busy_retry_after)};
}

std::vector<LimitRule> chat_limits(const Config& config, std::string_view user) {
  const ChatLimits& chat = config.chat;
  return {at_once("chat.active.user", fmt::format("chat/active/{}", user), chat.max_active_per_user,
                  ErrorCode::too_many_active, "answers of one user", config.busy_retry_after),
          in_window("chat.rate", fmt::format("chat/rate/{}", user), chat.rate, chat.rate_window, "requests"),
          at_once("chat.active.server", "chat/server", chat.max_active, ErrorCode::server_full,
                  "answers on this server", config.busy_retry_after)};
}

std::vector<LimitRule> chat_command_limits(const Config& config, std::string_view user) {
  std::vector<LimitRule> rules = chat_limits(config, user);
  rules.erase(rules.begin());
  return rules;
}

LimitRule chat_session_limit(const Config& config, std::string_view user) {
  return in_window("chat.new_sessions", fmt::format("chat/new_sessions/{}", user),
                   config.chat.max_new_sessions_per_user, config.chat.rate_window, "new sessions");
}

LimitRule session_requests(std::string name, std::uint64_t max, std::string advice) {
  LimitRule rule;
  rule.name = std::move(name);
  rule.kind = LimitRule::Kind::total;
  rule.limit = max;
  rule.error_code = ErrorCode::session_used_up;
  rule.subject = "requests of one session";
  rule.advice = std::move(advice);
  return rule;
}

std::vector<LimitRule> export_limits(const Config& config, std::string_view user) {
  const ExportLimits& exports = config.exports;
  return {at_once("exports.active.user", fmt::format("exports/active/{}", user), exports.max_active_per_user,
                  ErrorCode::too_many_active, "exports of one user", config.busy_retry_after),
          at_once("exports.active.server", "exports/server", exports.max_active, ErrorCode::server_full,
                  "exports on this server", config.busy_retry_after)};
}

Result<> may_use_model(const Tiers& tiers, Tier tier, std::string_view model_tier) {
  const auto needed = tiers.find(model_tier);
  if (!needed || tier >= *needed) return {};
  return tiers.needs(*needed, tier);
}

}  // namespace belay::policy
