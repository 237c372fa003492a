#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_chat(Settings& settings, Configuration& configuration) {
  settings.section("chat", "The chat surface: POST /api/chat/start, then GET /api/chat/stream?sessionId=.");
  surfaces::ChatConfig& chat = configuration.chat;
  settings.boolean("enabled", chat.enabled, "Whether the surface is served.");
  settings.string("prefix", chat.prefix, 256, "Prefix of all its paths: \"/support\". Empty: none.");
  settings.size("max_body", chat.max_body, {1_KiB, 16_MiB}, "Largest request body. Beyond: 413.")
      .renamed_from("most_body");
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
  settings.duration(
      "retry_base", chat.retry_base, {100ms, 10min},
      "Streams ask their clients to reconnect after a random time between this value and twice this value.");
  policy::ChatLimits& limits = configuration.policy.chat;
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

void declare_cache(Settings& settings, CacheConfig& config) {
  using Scope = CacheConfig::Scope;
  settings.section("cache",
                   "A cache of answers to equal requests: same model, persona, history and prompt. Requests "
                   "that arrive while the answer is being generated share that call of the provider.");
  settings.choice<Scope>("scope", config.scope,
                         {{"off", Scope::off}, {"user", Scope::user}, {"everybody", Scope::everybody}},
                         "\"user\": only the answer's own user gets it again. \"everybody\": everyone who "
                         "asks the same gets it. \"off\": no cache.");
  settings.duration("lifetime", config.lifetime, {1s, 24h * 30}, "How long an answer stays in the cache.");
  settings.duration("stale_if_error", config.stale_if_error, {0ms, 24h * 30},
                    "For this time after its lifetime an answer is still served, marked as stale, when the "
                    "provider and its fallbacks have failed before the first word. 0s: never.");
  settings.integer(
      "replay_words_per_second", config.replay_words_per_second, {0, 1'000'000, "words a second"},
      "Pace at which an answer of the cache or of a command is streamed. 0: as fast as the client reads.");
  settings.size("max_answer", config.max_answer, {1_KiB, 32_MiB}, "Longer answers are not cached.")
      .renamed_from("most_answer");
  settings
      .size("max_bytes", config.max_bytes, {1_MiB, {1ull << 40}},
            "All cached answers together. Beyond it those that expire first are removed.")
      .renamed_from("most_bytes");
  settings.duration("patience", config.patience, {1ms, 10s},
                    "A look-up that takes longer counts as a miss, and the provider is called.");
}

}  // namespace belay::ops
