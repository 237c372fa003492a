#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_persona_surface(Settings& settings, Configuration& configuration) {
  settings.section(
      "persona",
      "The persona surface: POST /chat/start, POST /chat/stream, POST /chat/message, POST /coach. "
      "Who there is stands in [[personas]].");
  surfaces::PersonaSurfaceConfig& persona = configuration.persona;
  settings.truth("enabled", persona.enabled, "Whether the surface is served.");
  settings.text("prefix", persona.prefix, 256, "Put before its paths: \"/training\". Empty: nothing.");
  settings.truth("anonymous", persona.anonymous,
                 "Whether it serves callers who send no credentials: their user_id is believed, and whoever "
                 "knows a session's id can use the session. On in development mode.");
  settings.text("model", persona.model, 64,
                "The alias of the model that answers. Empty: the first of [[models]].");
  settings.size("most_body", persona.most_body, {1_KiB, 16_MiB}, "Largest request body. Beyond: 413.");
  settings.size("most_message", persona.most_message, {16_B, 4_MiB}, "Longest message. Beyond: 413.");
  settings.duration("session_time", persona.session_time, {1s, 365 * 24h},
                    "How long a session lasts from its start. Afterwards: 410.");
  settings.integer(
      "session_requests", persona.session_requests, {1, 10'000, "messages"},
      "Messages of one session. Beyond: 429 session_used_up; a new session helps, waiting does not.");
  settings.duration(
      "retry_base", persona.retry_base, {100ms, 10min},
      "Streams tell their clients to reconnect after this time and up to twice as long, at random.");
  settings.choice<surfaces::CoachSource>(
      "coach", persona.coach,
      {{"lines", surfaces::CoachSource::lines}, {"provider", surfaces::CoachSource::provider}},
      "Where POST /coach has its line from: the configured lines, or the model, with the lines where it "
      "fails "
      "or is late.");
  settings.duration("coach_wait", persona.coach_wait, {100ms, 1min}, "How long it waits for the model.");
  settings.integer("coach_most_characters", persona.coach_most_characters, {16, 1000, "characters"},
                   "Longest line of the model; what is longer is cut.");
  policy::PersonaConfig& limits = configuration.policy.persona;
  settings.integer("most_active_a_user", limits.most_active_a_user, {1, 10'000, "answers"},
                   "Answers of one user that are queued or running. Beyond: 429.");
  settings.integer("most_active", limits.most_active, {1, 1'000'000, "answers"},
                   "Answers of all users that are queued or running on this server. Beyond: 503.");
  settings.integer("rate", limits.rate, {1, 10'000, "messages"},
                   "New messages of one user in any span of rate_window. Beyond: 429.");
  settings.integer("rate_coach", limits.rate_coach, {1, 10'000, "calls"},
                   "Calls of POST /coach of one user in any span of rate_window. Beyond: 429.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The span over which the rates count.");
  settings.integer("max_new_sessions_per_user", limits.max_new_sessions_per_user, {1, 10'000, "sessions"},
                   "New sessions of one user in any span of rate_window. Beyond: 429.");
  settings.integer("max_active_per_address", limits.max_active_per_address, {1, 10'000, "answers"},
                   "Without sign-in (anonymous): answers at once for one client address. These limits never "
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
