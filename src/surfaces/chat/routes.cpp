#include "surfaces/chat/routes.hpp"

#include <algorithm>
#include <iterator>

#include "auth/head_check.hpp"
#include "exports/export_body.hpp"
#include "surfaces/chat/errors.hpp"
#include "surfaces/chat/ui/errors.hpp"
#include "surfaces/chat/ui/routes.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/session_position.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::chat {
namespace {

constexpr ByteCount kMaxReactionBody{1024};
constexpr ByteCount kMaxChangeBody{4096};
// A client that reads by chatId comes back to the answer that it was reading, if it is one of the chat's newest.
constexpr std::size_t kNewestRuns = 10;

const char* field_of(Branch::Kind how) {
  switch (how) {
    case Branch::Kind::edit:
      return "edit";
    case Branch::Kind::continuation:
      return "continue";
    default:
      return "regenerate";
  }
}

}  // namespace

std::vector<transport::Route> ChatRoutes::routes(const ChatConfig& config, ChatRoutes* self) {
  using transport::Request;
  const std::string chat = config.prefix + "/api/chat";
  return {
      {"POST", chat + "/start", [self](Request& r) { return self->start(r); }, config.max_body, "chat.start"},
      {"GET", chat + "/stream", [self](Request& r) { return self->stream(r); }, ByteCount{0}, "chat.stream"},
      {"DELETE", chat + "/stream", [self](Request& r) { return self->cancel(r); }, ByteCount{0},
       "chat.cancel"},
      {"GET", chat + "/history", [self](Request& r) { return self->history(r); }, ByteCount{0},
       "chat.history"},
      {"GET", chat + "/models", [self](Request& r) { return self->models(r); }, ByteCount{0}, "chat.models"},
      {"PUT", chat + "/messages/{id}/reaction", [self](Request& r) { return self->react(r); },
       kMaxReactionBody, "chat.react"},
      {"DELETE", chat + "/messages/{id}/reaction", [self](Request& r) { return self->unreact(r); },
       ByteCount{0}, "chat.unreact"},
      {"PATCH", chat + "/{chatId}", [self](Request& r) { return self->change_chat(r); }, kMaxChangeBody,
       "chat.change"},
      {"DELETE", chat + "/{chatId}", [self](Request& r) { return self->delete_chat(r); }, ByteCount{0},
       "chat.delete"},
      {"PUT", chat + "/{chatId}/branch", [self](Request& r) { return self->choose_branch(r); },
       kMaxChangeBody, "chat.branch"},
      {"DELETE", chat + "s", [self](Request& r) { return self->delete_chats(r); }, ByteCount{0},
       "chat.delete_all"},
      {"DELETE", config.prefix + "/api/me", [self](Request& r) { return self->delete_user(r); }, ByteCount{0},
       "chat.delete_user"},
      {"GET", chat + "/{chatId}/export", [self](Request& r) { return self->export_chat(r); }, ByteCount{0},
       "chat.export"},
      {"GET", chat + "s", [self](Request& r) { return self->chats(r); }, ByteCount{0}, "chat.list"},
  };
}

// ---- An answer

Awaitable<transport::Response> ChatRoutes::start(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto start = parse_start(request, config_);
  if (!start) co_return error_response(start.error(), request);
  start->caller = *caller;
  start->deadline = deadline_of(request);
  const auto replaces = start->replaces;
  const services::StartOutcome outcome = co_await context_.runs.start(*request.loop, std::move(*start));
  if (!outcome.run) {
    Error error = in_chat_terms(outcome, *context_.runtime.take());
    if (replaces && error.field == "messageId") error.field = field_of(replaces->how);
    co_return error_response(error, outcome.limits, request);
  }
  const Session& session = outcome.run->session;
  transport::Response response = json_response(render_started(*outcome.run), 201);
  response.headers.push_back({"Location", config_.prefix + "/api/chat/stream?sessionId=" + session.id});
  add_rate_headers(outcome.limits, response);
  co_return response;
}

Awaitable<Result<ChatRoutes::Answer>> ChatRoutes::answer_of_session(transport::Request& request,
                                                                    const Caller& caller, std::string id,
                                                                    const std::optional<Position>& resume) {
  const std::string surface(kSurface);
  const auto session =
      co_await context_.sessions.find(*request.loop, deadline_of(request), caller, surface, std::move(id));
  if (!session) co_return in_chat_terms(session.error());
  if (session->runs.empty()) co_return in_chat_terms(services::no_such_session());
  // Without a position, the reader gets the newest answer; with one, the answer that the position belongs to.
  SessionPosition after{static_cast<std::uint32_t>(session->runs.size() - 1), {1, 0}};
  if (resume) after = from_the_wire(*resume);
  for (std::uint32_t turn = 0; turn < session->runs.size() && after.turn >= kTagged; ++turn)
    if (tag_of(session->runs[turn]) == after.turn) after.turn = turn;  // it was read by its chat
  if (after.turn >= session->runs.size())
    co_return make_error(ErrorCode::position_ahead,
                         "This session has not come so far. Read its stream without a position.",
                         "Last-Event-ID");
  co_return Answer{session->runs[after.turn], after.position, session->expires};
}

// From any device of the user (requirement C14).
Awaitable<Result<ChatRoutes::Answer>> ChatRoutes::answer_of_chat(transport::Request& request,
                                                                 const Caller& caller, std::string id,
                                                                 const std::optional<Position>& resume) {
  Loop& loop = *request.loop;
  const ConversationKey key{caller.user, std::string(kSurface), std::move(id)};
  const auto runs = co_await context_.conversations.newest_runs(loop, deadline_of(request), key, kNewestRuns);
  if (!runs) co_return runs.error();
  if (runs->empty())
    co_return make_error(ErrorCode::not_found, "There is no such chat. Check its id.", "chatId");
  if (!resume) co_return Answer{runs->front()};
  const SessionPosition after = from_the_wire(*resume);
  for (const RunId& run : *runs)
    if (tag_of(run) == after.turn) co_return Answer{run, after.position};
  co_return make_error(ErrorCode::expired,
                       "This position belongs to an earlier answer, or to the stream of a session. Read the "
                       "stream without a position.",
                       "Last-Event-ID");
}

Awaitable<Result<ChatRoutes::Answer>> ChatRoutes::find_answer(transport::Request& request,
                                                              const Caller& caller, const AnswerQuery& query,
                                                              const std::optional<Position>& resume) {
  if (query.chat.empty()) return answer_of_session(request, caller, query.session, resume);
  return answer_of_chat(request, caller, query.chat, resume);
}

Awaitable<transport::Response> ChatRoutes::stream(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto query = parse_answer_query(request);
  if (!query) co_return error_response(query.error(), request);
  const auto resume = parse_resume(request);
  if (!resume) co_return error_response(resume.error(), request);
  const auto answer = co_await find_answer(request, *caller, *query, *resume);
  if (!answer) co_return error_response(answer.error(), request);
  auto log = co_await context_.runs.open(loop, caller->user, answer->run, answer->after);
  if (!log) {
    const Error error = stream_error(log.error(), query->chat.empty() ? "sessionId" : "chatId");
    co_return error_response(error, request);
  }
  // An expired session stays readable while its answer is being generated. A reader with a position may also
  // finish reading.
  if (answer->session_ends <= context_.clock.wall() && log->has_ended && !*resume) {
    const Error ended =
        make_error(ErrorCode::expired, "This session has ended. Start a new one.", "sessionId");
    co_return error_response(ended, request);
  }
  context_.authenticator.stream_found(request, *caller);
  co_return stream_response(request, context_, *caller, std::move(*log),
                            query->chat.empty() ? format() : format_by_chat(), config_.retry_base);
}

Awaitable<Result<>> ChatRoutes::cancel_session(transport::Request& request, const Caller& caller,
                                               std::string id) {
  Loop& loop = *request.loop;
  const std::string surface(kSurface);
  const auto session =
      co_await context_.sessions.find(loop, deadline_of(request), caller, surface, std::move(id));
  if (!session) co_return in_chat_terms(session.error());
  if (session->runs.empty()) co_return Result<>();
  const auto cancelled = co_await context_.runs.cancel(loop, caller.user, session->runs.back());
  // It was removed with its chat: nothing of it runs any more.
  if (!cancelled && cancelled.error().code == ErrorCode::not_found) co_return Result<>();
  co_return cancelled;
}

// Whatever is being answered in the chat.
Awaitable<Result<>> ChatRoutes::cancel_chat(transport::Request& request, const Caller& caller,
                                            std::string id) {
  Loop& loop = *request.loop;
  const ConversationKey key{caller.user, std::string(kSurface), std::move(id)};
  const auto found = co_await context_.conversations.find(loop, deadline_of(request), key);
  if (!found) co_return in_chat_terms(found.error());
  for (const services::RunningAnswer& each : context_.runs.running(caller.user, key.surface)) {
    if (each.conversation != key.id) continue;
    const auto cancelled = co_await context_.runs.cancel(loop, caller.user, each.run);
    if (!cancelled) co_return cancelled;
  }
  co_return Result<>();
}

Awaitable<transport::Response> ChatRoutes::cancel(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto query = parse_answer_query(request);
  if (!query) co_return error_response(query.error(), request);
  Result<> cancelled;
  if (query->chat.empty())
    cancelled = co_await cancel_session(request, *caller, query->session);
  else
    cancelled = co_await cancel_chat(request, *caller, query->chat);
  if (!cancelled) co_return error_response(cancelled.error(), request);
  co_return no_content();
}

Surface make(const SurfaceContext* context, const ChatConfig& config) {
  struct Owner {
    ChatRoutes chat;
    ui::UiRoutes ui;
  };
  std::shared_ptr<Owner> owner;
  if (context) owner.reset(new Owner{{*context, config}, {*context, config}});
  auto routes = ChatRoutes::routes(config, owner ? &owner->chat : nullptr);
  std::ranges::move(ui::UiRoutes::routes(config, owner ? &owner->ui : nullptr), std::back_inserter(routes));
  Surface surface;
  surface.routes = auth::sign_in_before_body(std::move(routes), context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  const std::string chat = config.prefix + "/api/chat";
  surface.ticket_patterns = {chat + "/stream?sessionId={sessionId}", chat + "/stream?chatId={chatId}",
                             chat + "/socket"};
  surface.error_shapes = {{chat, &ui::error_shape()}};
  return surface;
}

}  // namespace belay::surfaces::chat
