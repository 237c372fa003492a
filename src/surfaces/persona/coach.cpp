// POST /coach (requirement P5): breath measurements in, one short line out.
#include <fmt/format.h>

#include "base/json_text.hpp"
#include "prompts/coaching.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/persona/routes.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::persona {

Awaitable<transport::Response> PersonaRoutes::coach(transport::Request& request) {
  if (const auto fine = refuse_resume(request); !fine) co_return error_response(fine.error(), request);
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto coach = parse_coach(request);
  if (!coach) co_return error_response(coach.error(), request);
  // The call is stateless and needs no user name. Without one, the address names the user.
  const bool is_named = caller->is_signed_in() || !coach->user_id.empty();
  const auto user = user_of(*caller, is_named ? coach->user_id : request.peer);
  if (!user) co_return error_response(user.error(), request);

  services::Limiter::Action call{std::string(kSurface), "coach_call", *caller, deadline_of(request)};
  const auto counted = co_await context_.limiter.reserve(*request.loop, std::move(call));
  std::vector<LimitStatus> limits;
  if (counted.limit) limits.push_back(*counted.limit);
  if (!counted.held) co_return error_response(counted.held.error(), limits, request);

  const std::shared_ptr<const RuntimeConfig> runtime = context_.runtime.take();
  const auto choice = runtime->personas.choose(coach->persona);
  const auto level = prompts::breathing_of(coach->breath);
  std::optional<std::string> line;
  if (config_.coach == CoachSource::provider) {
    Caller asking = *caller;
    asking.user = *user;
    line = co_await line_of_model(request, std::move(asking), *coach, choice.persona->name);
  }
  const std::string_view source = line ? "provider" : "lines";
  if (!line) {
    const auto& lines = runtime->coach_lines.lines(coach->breath.phase, level, choice.persona->name);
    line = lines[context_.random.below(lines.size())];
  }

  std::string body = "{\"line\":\"";
  append_json_text(*line, body);
  body += fmt::format(R"(","breathing":"{}","phase":"{}","source":"{}")", prompts::to_string(level),
                      prompts::to_string(coach->breath.phase), source);
  append_choice(choice, body);
  body.push_back('}');
  transport::Response response = json_response(std::move(body));
  add_rate_headers(limits, response);
  co_return response;
}

Awaitable<std::optional<std::string>> PersonaRoutes::line_of_model(const transport::Request& request,
                                                                   Caller caller, const Coach& coach,
                                                                   const std::string& persona) {
  services::StartRun start;
  start.caller = std::move(caller);
  start.surface = kSurface;
  start.mode = kCoachMode;
  start.persona = persona;
  start.may_restart = true;  // the line is read as a whole
  start.recipe = std::make_unique<prompts::ConversationRecipe>(prompts::coaching_request(coach.breath), "",
                                                               prompts::breathing_of(coach.breath),
                                                               prompts::ConversationRecipe::Memory::none);
  start.deadline = deadline_of(request);
  const auto outcome = co_await context_.runs.start(*request.loop, std::move(start));
  if (!outcome.run) co_return std::nullopt;
  transport::ClientPresence client(request);
  services::WaitFor how;
  how.client = &client;
  how.deadline = Deadline::in(config_.coach_wait, request.loop->clock());
  how.cancel_if_unread = true;  // late, or its client has gone: nobody will read it
  const auto answer = co_await context_.runs.wait(*request.loop, outcome.run->user, outcome.run->run, how);
  if (!answer) co_return std::nullopt;
  std::string line = prompts::one_line(answer->text, config_.coach_max_characters);
  if (line.empty()) co_return std::nullopt;
  co_return line;
}

}  // namespace belay::surfaces::persona
