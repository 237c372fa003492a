// POST /coach (requirement P5): breath measurements in, one short line out.
#include <fmt/format.h>

#include "base/json_text.hpp"
#include "policy/persona_limits.hpp"
#include "prompts/conversation_prompt.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/limits.hpp"
#include "surfaces/persona/errors.hpp"
#include "surfaces/persona/routes.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::persona {

Awaitable<transport::Response> PersonaRoutes::coach(transport::Request& request) {
  if (const auto fine = refuse_resume(request); !fine) co_return error_response(fine.error(), request);
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto coach = parse_coach(request);
  if (!coach) co_return error_response(coach.error(), request);
  // The call is stateless and needs no user name. Without one, the address is limited.
  const auto user = user_of(*caller, *caller || !coach->user_id.empty() ? coach->user_id : request.peer);
  if (!user) co_return error_response(user.error(), request);

  const std::shared_ptr<const RuntimeConfig> live = parts_.live.take();
  const policy::Subject subject = subject_of(*caller, request);
  const auto rules = policy::coach_limits(live->policy, subject);
  const Reservation reservation =
      parts_.engine.counters().reserve_all(checks_of(rules), parts_.engine.clock().wall());
  if (!reservation.granted) {
    parts_.engine.observer().limit_refused(rules[reservation.limit.value_or(0)].name);
    co_return error_response(rules, reservation, request);
  }

  const auto choice = live->personas.choose(coach->persona);
  const auto level = prompts::breathing_of(coach->breath);
  std::optional<std::string> line;
  if (parts_.config.coach == CoachSource::provider)
    line = co_await line_of_model(request, *live, *caller, *user, *coach, *choice.persona);
  const std::string_view source = line ? "provider" : "lines";
  if (!line) {
    const auto& lines = live->coach_lines.lines(coach->breath.phase, level, choice.persona->name);
    line = lines[parts_.random.below(lines.size())];
  }

  std::string body = "{\"line\":\"";
  append_json_text(*line, body);
  body += fmt::format(R"(","breathing":"{}","phase":"{}","source":"{}")", prompts::to_string(level),
                      prompts::to_string(coach->breath.phase), source);
  append_choice(choice, body);
  body.push_back('}');
  transport::Response response = json_response(std::move(body));
  add_rate_headers(rules, reservation, response);
  co_return response;
}

Awaitable<std::optional<std::string>> PersonaRoutes::line_of_model(const transport::Request& request,
                                                                   const RuntimeConfig& live,
                                                                   const Caller& caller, std::string user,
                                                                   const Coach& coach,
                                                                   const prompts::Persona& persona) {
  Loop& loop = *request.loop;
  if (!parts_.engine.accepts_runs()) co_return std::nullopt;
  auto tier = co_await tier_name(loop, live, caller);
  if (!tier) co_return std::nullopt;
  const auto rules = policy::active_limits(live.policy, subject_of(caller, request));
  const auto checks = checks_of(rules);
  if (!parts_.engine.counters().reserve_all(checks, parts_.engine.clock().wall()).granted)
    co_return std::nullopt;
  std::vector<std::string> reserved = concurrent_keys(checks);

  const Model& model = model_of(live, {}).model;
  prompts::ConversationFacts facts;
  facts.system = prompts::system_prompt(persona, prompts::breathing_of(coach.breath));
  facts.message = prompts::coaching_request(coach.breath);
  auto prompt = prompts::ConversationPrompt::begin(live.prompts, model, std::move(facts));
  if (!prompt) {
    parts_.engine.counters().release(reserved);
    co_return std::nullopt;
  }
  prompts::BuiltPrompt built = std::move(*prompt).finish();

  RunRequest run;
  run.id = parts_.engine.make_id();
  run.user = user;
  run.tier = std::move(*tier);
  run.surface = kSurface;
  run.mode = kCoachMode;
  run.model = model.alias;
  run.system = std::move(built.system);
  run.messages = std::move(built.messages);
  run.reserved = std::move(reserved);
  run.created = run.id.time;
  const RunId id = run.id;
  const auto started = co_await parts_.engine.start(loop, std::move(run));
  if (!started) co_return std::nullopt;
  transport::ClientPresence client(request);
  const auto answer = co_await wait_for(loop, id, user, parts_.config.coach_wait, client);
  if (!answer) {
    // The answer is late, or its client has disconnected: nobody will read it.
    (void)co_await parts_.engine.cancel(loop, id, user);
    co_return std::nullopt;
  }
  std::string line = prompts::one_line(answer->text, parts_.config.coach_max_characters);
  if (line.empty()) co_return std::nullopt;
  co_return line;
}

}  // namespace belay::surfaces::persona
