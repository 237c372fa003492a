#include "policy/admission.hpp"

#include <array>

#include <fmt/format.h>

namespace belay::policy {
namespace {

constexpr std::array<std::string_view, 3> kModes = {"chat", "edit", "generate"};

std::uint64_t rate_of(const AssistantConfig& config, AssistantMode mode) {
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
  const AssistantConfig& assistant = config.assistant;
  const std::string_view mode_name = to_string(mode);

  LimitRule active;
  active.name = "assistant.active.user";
  active.key = fmt::format("assistant/active/{}", user);
  active.kind = LimitRule::Kind::concurrent;
  active.limit = assistant.most_active_a_user;
  active.refusal = ErrorCode::too_many_active;
  active.subject = "requests of one user";
  active.busy_retry_after = config.busy_retry_after;

  LimitRule rate;
  rate.name = fmt::format("assistant.rate.{}", mode_name);
  rate.key = fmt::format("assistant/rate/{}/{}", mode_name, user);
  rate.kind = LimitRule::Kind::sliding_window;
  rate.limit = rate_of(assistant, mode);
  rate.window = assistant.rate_window;
  rate.refusal = ErrorCode::rate_limited;
  rate.subject = fmt::format("{} requests", mode_name);

  LimitRule server;
  server.name = "assistant.active.server";
  server.key = "assistant/server";
  server.kind = LimitRule::Kind::concurrent;
  server.limit = assistant.most_active;
  server.refusal = ErrorCode::server_full;
  server.subject = "requests on this server";
  server.busy_retry_after = config.busy_retry_after;

  return {std::move(active), std::move(rate), std::move(server)};
}

}  // namespace belay::policy
