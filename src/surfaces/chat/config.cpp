#include "surfaces/chat/config.hpp"

#include <array>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/settings/settings.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

namespace {

std::string make_id(std::string_view prefix, Random& random) {
  std::array<std::byte, 16> bytes;
  random.fill(bytes);
  std::string id(prefix);
  for (const std::byte byte : bytes)
    fmt::format_to(std::back_inserter(id), "{:02x}", std::to_integer<int>(byte));
  return id;
}

}  // namespace

void declare(Settings& settings, ChatConfig& chat) {
  settings.section("chat", "The chat surface: POST /api/chat/start, then GET /api/chat/stream?sessionId=.");
  settings.boolean("enabled", chat.enabled, "Whether the surface is served.");
  settings.string("prefix", chat.prefix, 256, "Prefix of all its paths: \"/support\". Empty: none.");
  settings.size("max_body", chat.max_body, {1_KiB, 16_MiB}, "Largest request body. Beyond: 413.")
      .renamed_from("most_body");
  settings.size("max_messages_body", chat.max_messages_body, {1_KiB, 64_MiB},
                "Largest body of POST /api/chat (useChat), which has all messages of a chat. Beyond: 413.");
  settings.size("max_prompt", chat.max_prompt, {16_B, 4_MiB}, "Longest prompt. Beyond: 413.")
      .renamed_from("most_prompt");
  settings.duration("session_time", chat.session_time, {1s, 24h * 7},
                    "How long a session lasts from its start.");
  settings.integer(
      "session_requests", chat.session_requests, {1, 10'000, "requests"},
      "Requests of one session. Beyond: 429 session_used_up; a new session helps, waiting does not.");
  settings.duration("session_sweep", chat.session_sweep, {1s, 24h}, "How often ended sessions are deleted.");
  settings.integer("page_size", chat.page_size, {1, 500, "entries"},
                   "Messages or chats per page when the client sets no limit.");
  settings.string(
      "default_model", chat.default_model, 128,
      "The model of a request that names none. Empty, or not open to the caller's tier: the first that is.");
  settings.string(
      "title_model", chat.title_model, 128,
      "The model that makes a title of a chat's first question; its calls are charged to nobody. Empty: the "
      "title is the beginning of the question.");
  settings.duration(
      "retry_base", chat.retry_base, {100ms, 10min},
      "Streams ask their clients to reconnect after a random time between this value and twice this value.");
  ChatConfig::Limits& limits = chat.limits;
  policy::declare_active(settings, limits, "answers");
  settings.integer("rate", limits.rate, {1, 10'000, "requests"},
                   "New requests of one user in any span of rate_window. Beyond: 429.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rates.");
  settings.integer("max_new_sessions_per_user", limits.max_new_sessions_per_user, {1, 10'000, "sessions"},
                   "New sessions of one user in any span of rate_window. Beyond: 429.");
}

policy::SurfaceRules rules(const ChatConfig& config, const policy::Config& policy) {
  policy::SurfaceRules rules;
  rules.surface = "chat";
  policy::Active answers{rules.surface, "answers"};
  answers.max_per_user = config.limits.max_active_per_user;
  answers.max = config.limits.max_active;
  answers.busy_retry_after = policy.busy_retry_after;
  policy::Rate requests{"chat.rate", "requests"};
  requests.max_per_user = config.limits.rate;
  requests.window = config.limits.rate_window;
  policy::Rate sessions{"chat.new_sessions", "new sessions"};
  sessions.max_per_user = config.limits.max_new_sessions_per_user;
  sessions.window = config.limits.rate_window;
  rules.run_modes = {"chat", "command"};
  rules.limits["chat"] = {active_of_caller(answers), rate_of_caller(requests), active_of_server(answers)};
  rules.limits["command"] = {rate_of_caller(requests), active_of_server(answers)};
  rules.limits["session"] = {rate_of_caller(sessions)};

  policy::SessionRules session;
  session.limit = "chat.session_requests";
  session.max_requests = config.session_requests;
  session.time = config.session_time;
  session.advice = "Start a new session: leave sessionId out.";
  session.new_id = [](Random& random) { return make_id("cs_", random); };
  session.new_conversation = [](Random& random) { return make_id("chat_", random); };
  rules.sessions = std::move(session);
  rules.caller_chooses_model = true;
  rules.default_model = config.default_model;
  rules.title_model = config.title_model;
  rules.shares_answers = true;
  return rules;
}

}  // namespace belay::surfaces
