#include "surfaces/chat/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

void declare(Settings& settings, ChatConfig& chat) {
  settings.section("chat", "The chat surface: POST /api/chat/start, then GET /api/chat/stream?sessionId=.");
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
}

}  // namespace belay::surfaces
