#include "surfaces/persona/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

void declare(Settings& settings, PersonaSurfaceConfig& persona) {
  settings.section("persona",
                   "The persona surface: POST /chat/start, POST /chat/stream, POST /chat/message, POST "
                   "/coach. The personas are in [[personas]].");
  settings.boolean("enabled", persona.enabled, "Whether the surface is served.");
  settings.string("prefix", persona.prefix, 256, "Prefix of all its paths: \"/training\". Empty: none.");
  settings.boolean("anonymous", persona.anonymous,
                   "Whether it serves callers without credentials. It then trusts their user_id, and "
                   "everyone who knows a session's id can use the session. On in development mode.");
  settings.string("model", persona.model, 64,
                  "The alias of the model that answers. Empty: the first of [[models]].");
  settings.size("max_body", persona.max_body, {1_KiB, 16_MiB}, "Largest request body. Beyond: 413.")
      .renamed_from("most_body");
  settings.size("max_message", persona.max_message, {16_B, 4_MiB}, "Longest message. Beyond: 413.")
      .renamed_from("most_message");
  settings.duration("session_time", persona.session_time, {1s, 365 * 24h},
                    "How long a session lasts from its start. Afterwards: 410.");
  settings.integer(
      "session_requests", persona.session_requests, {1, 10'000, "messages"},
      "Messages of one session. Beyond: 429 session_used_up; a new session helps, waiting does not.");
  settings.duration(
      "retry_base", persona.retry_base, {100ms, 10min},
      "Streams ask their clients to reconnect after a random time between this value and twice this value.");
  settings.choice<CoachSource>(
      "coach", persona.coach, {{"lines", CoachSource::lines}, {"provider", CoachSource::provider}},
      "The source of the line of POST /coach: the configured lines, or the model. If the model fails or is "
      "late, a configured line is used.");
  settings.duration("coach_wait", persona.coach_wait, {100ms, 1min},
                    "How long POST /coach waits for the model.");
  settings
      .integer("coach_max_characters", persona.coach_max_characters, {16, 1000, "characters"},
               "Longest line of the model. A longer one is cut.")
      .renamed_from("coach_most_characters");
}

}  // namespace belay::surfaces
