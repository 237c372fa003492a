// The routes of the chat surface for what is kept: histories, chats, their changes, removal and export.
#include "auth/head_check.hpp"
#include "exports/export_body.hpp"
#include "surfaces/chat/errors.hpp"
#include "surfaces/chat/routes.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/removal.hpp"
#include "surfaces/response.hpp"
#include "surfaces/session_position.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::chat {
namespace {

transport::Response refused(const Error& error, const transport::Request& request) {
  return error_response(in_chat_terms(error), request);
}

}  // namespace

Awaitable<transport::Response> ChatRoutes::history(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto query = parse_history(request, config_);
  if (!query) co_return error_response(query.error(), request);
  query->of.user = caller->user;
  query->of.surface = kSurface;
  // Before the page is read: an answer that ends in between is on the page.
  const auto running = context_.runs.running(caller->user, query->of.surface);
  const auto page = co_await context_.conversations.messages(*request.loop, deadline_of(request), query->of,
                                                             query->before, query->limit);
  if (!page) co_return refused(page.error(), request);
  co_return json_response(render_history(*page, query->of, running));
}

Awaitable<transport::Response> ChatRoutes::models(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const std::shared_ptr<const RuntimeConfig> runtime = context_.runtime.take();
  const auto tier =
      co_await context_.users.tier(*request.loop, deadline_of(request), runtime->tiers, *caller);
  if (!tier) co_return error_response(tier.error(), request);
  co_return json_response(render_models(services::models_for(*runtime, *tier), runtime->tiers.name(*tier)));
}

Awaitable<transport::Response> ChatRoutes::react(transport::Request& request) {
  return set_reaction(request, std::nullopt);
}

Awaitable<transport::Response> ChatRoutes::unreact(transport::Request& request) {
  return set_reaction(request, Reaction::none);
}

// Without a `reaction`, it is read from the body.
Awaitable<transport::Response> ChatRoutes::set_reaction(transport::Request& request,
                                                        std::optional<Reaction> reaction) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_message_id(request.capture("id"));
  if (!id) co_return error_response(id.error(), request);
  if (!reaction) {
    const auto given = parse_reaction(request);
    if (!given) co_return error_response(given.error(), request);
    reaction = *given;
  }
  const std::string surface(kSurface);
  const bool is_unstored = context_.runs.find_unstored(caller->user, surface, *id).has_value();
  const Result<> done = co_await context_.conversations.react(*request.loop, deadline_of(request),
                                                              caller->user, surface, *id, *reaction);
  if (!done && done.error().code == ErrorCode::not_found && is_unstored) {
    Error unstored = services::still_being_written();
    unstored.field = "id";
    co_return error_response(unstored, request);
  }
  if (!done) co_return error_response(done.error(), request);
  co_return no_content();
}

Awaitable<transport::Response> ChatRoutes::chats(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto search = parse_search(request);
  if (!search) co_return error_response(search.error(), request);
  if (*search) co_return co_await found_chats(request, *caller, std::move(**search));
  const auto query = parse_list(request, config_);
  if (!query) co_return error_response(query.error(), request);
  const std::string surface(kSurface);
  const ConversationFilter filter{caller->user, surface, query->archived};
  const auto running = context_.runs.running(caller->user, surface);
  const auto page = co_await context_.conversations.list(*request.loop, deadline_of(request), filter,
                                                         query->after, query->limit);
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_chats(*page, running));
}

Awaitable<transport::Response> ChatRoutes::found_chats(transport::Request& request, const Caller& caller,
                                                       SearchQuery query) {
  query.user = caller.user;
  query.surface = kSurface;
  const auto running = context_.runs.running(query.user, query.surface);
  const auto hits =
      co_await context_.conversations.search(*request.loop, deadline_of(request), std::move(query));
  if (!hits) co_return error_response(hits.error(), request);
  co_return json_response(render_hits(*hits, running));
}

Awaitable<transport::Response> ChatRoutes::change_chat(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto change = parse_change(request);
  if (!change) co_return error_response(change.error(), request);
  const ConversationKey key{caller->user, std::string(kSurface), std::string(request.capture("chatId"))};
  const auto running = context_.runs.running(caller->user, key.surface);
  const auto chat =
      co_await context_.conversations.change(*request.loop, deadline_of(request), key, std::move(*change));
  if (!chat) co_return refused(chat.error(), request);
  co_return json_response(render_chat(*chat, running));
}

Awaitable<transport::Response> ChatRoutes::choose_branch(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto message = parse_branch(request);
  if (!message && message.error().code != ErrorCode::not_found)
    co_return error_response(message.error(), request);
  const ConversationKey key{caller->user, std::string(kSurface), std::string(request.capture("chatId"))};
  if (!message) {  // no message can have this id; an unknown chat comes first
    const auto chat = co_await context_.conversations.find(*request.loop, deadline_of(request), key);
    co_return refused(chat ? message.error() : chat.error(), request);
  }
  const Result<> chosen =
      co_await context_.conversations.choose_branch(*request.loop, deadline_of(request), key, *message);
  if (!chosen) co_return refused(chosen.error(), request);
  co_return no_content();
}

// ---- What is removed

// 204, also if there was nothing: the request may be repeated.
Awaitable<transport::Response> ChatRoutes::erase(transport::Request& request, Erasure::What what) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  Erasure erasure;
  erasure.what = what;
  erasure.user = caller->user;
  if (what != Erasure::What::user) erasure.surface = kSurface;
  if (what == Erasure::What::conversation) erasure.conversation = request.capture("chatId");
  const auto report =
      co_await context_.erasures.erase(*request.loop, deadline_of(request), std::move(erasure));
  if (!report) co_return error_response(report.error(), request);
  if (what == Erasure::What::user) co_return json_response(render_report(*report));
  co_return no_content();
}

Awaitable<transport::Response> ChatRoutes::delete_chat(transport::Request& request) {
  return erase(request, Erasure::What::conversation);
}

Awaitable<transport::Response> ChatRoutes::delete_chats(transport::Request& request) {
  return erase(request, Erasure::What::conversations);
}

Awaitable<transport::Response> ChatRoutes::delete_user(transport::Request& request) {
  return erase(request, Erasure::What::user);
}

// ---- Export

Awaitable<transport::Response> ChatRoutes::export_chat(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto format = exports::format_from(request.query_value("format").value_or("json"));
  if (!format) {
    const Error unknown = make_error(ErrorCode::invalid_request, "format must be json, md or pdf.", "format");
    co_return error_response(unknown, request);
  }
  const auto branches = parse_branches(request);
  if (!branches) co_return error_response(branches.error(), request);
  const ConversationKey key{caller->user, std::string(kSurface), std::string(request.capture("chatId"))};
  const auto chat = co_await context_.conversations.find(loop, deadline_of(request), key);
  if (!chat) co_return refused(chat.error(), request);

  transport::Response response;
  response.headers = {{"Content-Type", std::string(exports::content_type(*format))},
                      {"Cache-Control", "no-store"},
                      {"Content-Disposition", "attachment; filename=\"conversation." +
                                                  std::string(exports::file_extension(*format)) + "\""}};
  if (request.method == "HEAD") co_return response;

  auto place = co_await context_.conversations.reserve_export(loop, deadline_of(request), *caller);
  if (!place.held) {
    std::vector<LimitStatus> limits;
    if (place.limit) limits.push_back(*place.limit);
    co_return error_response(place.held.error(), limits, request);
  }
  exports::ExportBody::Order order;
  // The place is held until the body is destroyed: after its last byte, or when the client disconnects.
  order.closed = [held = std::make_shared<services::Admission>(std::move(*place.held))] {
    *held = services::Admission();
  };
  order.user = caller->user;
  order.format = *format;
  order.heading = {chat->title, key.id, context_.clock.wall()};
  order.next = context_.conversations.read_all(key, *branches);
  order.max_time = context_.exports.max_time;
  transport::StreamBody body;
  body.source = std::make_unique<exports::ExportBody>(loop, context_.export_pool, std::move(order));
  body.watch = context_.streams.watch(loop, *caller, Milliseconds(0), nullptr);
  response.body = std::move(body);
  co_return response;
}

}  // namespace belay::surfaces::chat
