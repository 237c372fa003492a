#include "surfaces/persona/config.hpp"

#include "base/settings/settings.hpp"
#include "surfaces/persona/session_id.hpp"

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
  PersonaSurfaceConfig::Limits& limits = persona.limits;
  policy::declare_active(settings, limits, "answers");
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

policy::SurfaceRules rules(const PersonaSurfaceConfig& config, const policy::Config& policy) {
  const PersonaSurfaceConfig::Limits& limits = config.limits;
  policy::SurfaceRules rules;
  rules.surface = "persona";
  rules.default_model = config.model;
  const policy::Active answers{rules.surface,
                               "answers",
                               limits.max_active_per_user,
                               limits.max_active,
                               limits.max_active_per_address,
                               policy.busy_retry_after};
  const policy::Rate messages{"persona.rate", "messages", limits.rate, limits.max_messages_per_address,
                              limits.rate_window};
  const policy::Rate calls{"persona.rate_coach", "calls of the coach", limits.rate_coach,
                           limits.max_coach_calls_per_address, limits.rate_window};
  const policy::Rate sessions{"persona.new_sessions", "new sessions", limits.max_new_sessions_per_user,
                              limits.max_new_sessions_per_address, limits.rate_window};
  rules.run_modes = {"message", "coach"};
  rules.limits["message"] = {active_of_caller(answers), rate_of_caller(messages), active_of_server(answers)};
  rules.limits["coach"] = {active_of_caller(answers), active_of_server(answers)};
  rules.limits["coach_call"] = {rate_of_caller(calls)};
  rules.limits["session"] = {rate_of_caller(sessions), active_of_server(answers)};

  policy::SessionRules session;
  session.limit = "persona.session_requests";
  session.max_requests = config.session_requests;
  session.time = config.session_time;
  session.advice = "Start a new session with POST " + config.prefix + "/chat/start.";
  session.new_id = persona::make_session_id;
  rules.sessions = std::move(session);
  return rules;
}

}  // namespace belay::surfaces
