#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_chat(Settings& settings, Configuration& configuration) {
  settings.section("chat", "The chat surface: POST /api/chat/start, then GET /api/chat/stream?sessionId=.");
  surfaces::ChatConfig& chat = configuration.chat;
  settings.truth("enabled", chat.enabled, "Whether the surface is served.");
  settings.text("prefix", chat.prefix, 256, "Put before its paths: \"/support\". Empty: nothing.");
  settings.size("most_body", chat.most_body, {1_KiB, 16_MiB}, "Largest request body. Beyond: 413.");
  settings.size("most_prompt", chat.most_prompt, {16_B, 4_MiB}, "Longest prompt. Beyond: 413.");
  settings.duration("session_time", chat.session_time, {1s, 24h * 7},
                    "How long a session lasts from its start.");
  settings.integer(
      "session_requests", chat.session_requests, {1, 10'000, "requests"},
      "Requests of one session. Beyond: 429 session_used_up; a new session helps, waiting does not.");
  settings.duration("session_sweep", chat.session_sweep, {1s, 24h}, "How often ended sessions are deleted.");
  settings.integer("page_size", chat.page_size, {1, 500, "entries"},
                   "Messages or chats of a page where the client names no limit.");
  settings.duration(
      "retry_base", chat.retry_base, {100ms, 10min},
      "Streams tell their clients to reconnect after this time and up to twice as long, at random.");
  policy::ChatConfig& limits = configuration.policy.chat;
  settings.integer("most_active_a_user", limits.most_active_a_user, {1, 10'000, "answers"},
                   "Answers of one user that are queued or running. Beyond: 429.");
  settings.integer("most_active", limits.most_active, {1, 1'000'000, "answers"},
                   "Answers of all users that are queued or running on this server. Beyond: 503.");
  settings.integer("rate", limits.rate, {1, 10'000, "requests"},
                   "New requests of one user in any span of rate_window. Beyond: 429.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The span over which the rates count.");
  settings.integer("max_new_sessions_per_user", limits.max_new_sessions_per_user, {1, 10'000, "sessions"},
                   "New sessions of one user in any span of rate_window. Beyond: 429.");
}

void declare_cache(Settings& settings, CacheConfig& config) {
  using Scope = CacheConfig::Scope;
  settings.section(
      "cache",
      "Answers that are given again to the same request: model, persona, history and prompt. Requests "
      "that come while the answer is under way share its one call of the provider.");
  settings.choice<Scope>(
      "scope", config.scope, {{"off", Scope::off}, {"user", Scope::user}, {"everybody", Scope::everybody}},
      "\"user\": an answer is given again to its own user alone. \"everybody\": to everybody who asks "
      "the same. \"off\": never.");
  settings.duration("lifetime", config.lifetime, {1s, 24h * 30}, "How long an answer is given again.");
  settings.duration("stale_if_error", config.stale_if_error, {0ms, 24h * 30},
                    "For so long after its lifetime an answer is still given, marked as stale, when the "
                    "provider and its fallbacks have failed before the first word. 0s: never.");
  settings.integer("replay_words_per_second", config.replay_words_per_second,
                   {0, 1'000'000, "words a second"},
                   "Pace at which such an answer, or a command's, is streamed. 0: as fast as it is taken.");
  settings.size("most_answer", config.most_answer, {1_KiB, 32_MiB}, "Longer answers are not kept.");
  settings.size("most_bytes", config.most_bytes, {1_MiB, {1ull << 40}},
                "All of them together. Beyond it those go that would expire first.");
  settings.duration("patience", config.patience, {1ms, 10s},
                    "A look-up that takes longer counts as a miss, and the provider is asked.");
}

}  // namespace belay::ops
