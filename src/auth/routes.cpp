#include "auth/routes.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "auth/session_cookie.hpp"
#include "base/run_id.hpp"
#include "base/strict_json.hpp"
#include "transport/problem.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

constexpr ByteCount kMaxTicketBody{2048};
constexpr std::size_t kMaxTicketDepth = 8;

transport::Response answer(int status, const json::object& body) {
  transport::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = json::serialize(body);
  return response;
}

Error malformed(std::string detail, std::string field) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::move(field));
}

Result<std::string> read_text(const JsonObject& object, const char* name) {
  const JsonObject::Member* member = object.find(name);
  if (!member) return std::string();
  if (member->kind != JsonKind::string) return malformed("It must be text.", name);
  return member->text;
}

// The token that a session is opened with.
Result<std::string> session_token(const transport::Request& request) {
  Result<std::optional<std::string>> token = Authenticator::bearer_token(request);
  if (!token) return token.error();
  if (*token) return std::move(**token);
  return make_error(ErrorCode::unauthenticated,
                    "Send the token for the session as `Authorization: Bearer TOKEN`.", "Authorization");
}

}  // namespace

AuthRoutes::AuthRoutes(const Config& config, Authenticator& authenticator, Tickets& tickets,
                       const OriginPolicy& origins, const Clock& clock)
    : config_(config), authenticator_(authenticator), tickets_(tickets), origins_(origins), clock_(clock) {}

std::vector<transport::Route> AuthRoutes::routes(AuthRoutes* self) {
  const transport::HeadCheck check_ticket = [self](transport::Request& request) {
    return self->authenticator_.check_head(request);
  };
  const transport::HeadCheck check_session = [self](transport::Request& request) {
    return self->check_session_head(request);
  };
  return {
      {"POST", "/auth/ticket", [self](transport::Request& request) { return self->make_ticket(request); },
       kMaxTicketBody, "auth.ticket", check_ticket},
      {"POST", "/auth/session", [self](transport::Request& request) { return self->open_session(request); },
       kMaxTicketBody, "auth.session.open", check_session},
      {"DELETE", "/auth/session",
       [self](transport::Request& request) { return self->close_session(request); }, ByteCount{0},
       "auth.session.close"},
  };
}

Awaitable<transport::Response> AuthRoutes::make_ticket(transport::Request& request) {
  Result<Caller> caller = co_await authenticator_.authenticate(request);
  if (!caller) co_return transport::problem(caller.error(), request.request_id);
  Result<std::string> stream = read_stream(request.body);
  if (!stream) co_return transport::problem(stream.error(), request.request_id);
  Result<Ticket> ticket = tickets_.issue(*caller, *stream);
  if (!ticket) co_return transport::problem(ticket.error(), request.request_id);
  co_return answer(201, {{"ticket", ticket->text.reveal()},
                         {"expires_in", ticket->expires_in.count() / 1000},
                         {"stream", *stream}});
}

Result<std::string> AuthRoutes::read_stream(const std::string& body) const {
  const auto document = JsonObject::read(body, kMaxTicketDepth);
  if (!document) return document.error();
  Result<std::string> stream = read_text(*document, "stream");
  if (!stream) return stream;
  Result<std::string> request_id = read_text(*document, "request_id");
  if (!request_id) return request_id;
  if (stream->empty() == request_id->empty()) return malformed("Give either stream or request_id.", "stream");
  if (stream->empty()) return tickets_.stream_of_request(*request_id);
  return stream;
}

Awaitable<std::optional<transport::Response>> AuthRoutes::check_session_head(transport::Request& request) {
  const Result<std::string> token = session_token(request);
  if (!token) co_return transport::problem(token.error(), request.request_id);
  co_return co_await authenticator_.check_head(request);
}

Awaitable<transport::Response> AuthRoutes::open_session(transport::Request& request) {
  const Result<std::string> token = session_token(request);
  if (!token) co_return transport::problem(token.error(), request.request_id);
  Result<Caller> caller = co_await authenticator_.authenticate(request);
  if (!caller) co_return transport::problem(caller.error(), request.request_id);
  const std::size_t size = config_.cookie_name.size() + token->size();
  if (size > kMaxCookieBytes || !is_cookie_value(*token)) {
    const Error unfit = make_error(
        ErrorCode::unprocessable,
        fmt::format("This token does not fit into a cookie: name and token have {} bytes, browsers keep {} "
                    "of plain ASCII. Use a shorter one, or the Authorization header and tickets.",
                    size, kMaxCookieBytes),
        "Authorization");
    co_return transport::problem(unfit, request.request_id);
  }
  const std::int64_t seconds = std::max<std::int64_t>(0, (caller->expires - clock_.wall()).count() / 1000);
  transport::Response response =
      answer(200, {{"user", caller->user}, {"tier", caller->tier}, {"expires", iso8601(caller->expires)}});
  response.headers.push_back({"Set-Cookie", set_cookie(config_, request, *token, seconds)});
  co_return response;
}

Awaitable<transport::Response> AuthRoutes::close_session(transport::Request& request) {
  if (request.cookie(config_.cookie_name)) {
    if (Result<> allowed = origins_.check_cookie_use(request); !allowed)
      co_return transport::problem(allowed.error(), request.request_id);
  }
  transport::Response response;
  response.status = 204;
  response.headers = {{"Cache-Control", "no-store"}, {"Set-Cookie", set_cookie(config_, request, "", 0)}};
  co_return response;
}

}  // namespace belay::auth
