#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_persona_surface(Settings& settings, Configuration& configuration) {
  settings.section("persona",
                   "The persona surface: POST /chat/start, POST /chat/stream, POST /chat/message, POST "
                   "/coach. The personas are in [[personas]].");
  surfaces::PersonaSurfaceConfig& persona = configuration.persona;
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
  settings.choice<surfaces::CoachSource>(
      "coach", persona.coach,
      {{"lines", surfaces::CoachSource::lines}, {"provider", surfaces::CoachSource::provider}},
      "The source of the line of POST /coach: the configured lines, or the model. If the model fails or is "
      "late, a configured line is used.");
  settings.duration("coach_wait", persona.coach_wait, {100ms, 1min},
                    "How long POST /coach waits for the model.");
  settings
      .integer("coach_max_characters", persona.coach_max_characters, {16, 1000, "characters"},
               "Longest line of the model. A longer one is cut.")
      .renamed_from("coach_most_characters");
  policy::PersonaLimits& limits = configuration.policy.persona;
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

}  // namespace belay::ops
