#include "auth/authenticator.hpp"

#include <any>
#include <cassert>

#include <fmt/format.h>

#include "transport/client_network.hpp"
#include "transport/problem.hpp"

namespace belay::auth {
namespace {

constexpr std::string_view kDevPrefix = "dev:";

Error refused(std::string detail, std::string field) {
  return make_error(ErrorCode::unauthenticated, std::move(detail), std::move(field));
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]) != lower_case[i]) return false;
  return true;
}

}  // namespace

Authenticator::Authenticator(const Config& config, TokenVerifier& verifier, Tickets& tickets,
                             const OriginPolicy& origins, const Clock& clock, const Revocations& revocations)
    : config_(config),
      verifier_(verifier),
      tickets_(tickets),
      origins_(origins),
      clock_(clock),
      revocations_(revocations),
      failed_(
          {config.max_failed_sign_ins, config.max_failed_sign_ins_per_address, config.failed_sign_in_window},
          clock) {}

Awaitable<Result<Caller>> Authenticator::authenticate(const transport::Request& request,
                                                      QueryToken query_token, ApiKey api_key) {
  // The access may have been revoked since the check of the head.
  if (const auto* caller = std::any_cast<Caller>(&request.checked_caller)) co_return if_not_revoked(*caller);
  Result<Caller> caller = co_await find_caller(request, query_token, api_key);
  const bool has_any =
      has_credentials(request) || (api_key == ApiKey::accepted && request.header("x-api-key"));
  if (!caller && caller.error().code == ErrorCode::unauthenticated && has_any) failed_.count(request.peer);
  if (caller) co_return if_not_revoked(std::move(*caller));
  co_return caller;
}

Result<Caller> Authenticator::if_not_revoked(Caller caller) const {
  if (const Result<> allowed = revocations_.check(caller); !allowed) return allowed.error();
  return caller;
}

Awaitable<std::optional<transport::Response>> Authenticator::check_head(transport::Request& request,
                                                                        Anonymous anonymous, ApiKey api_key) {
  if (anonymous == Anonymous::allowed && !has_credentials(request)) co_return std::nullopt;
  Result<Caller> caller = co_await authenticate(request, QueryToken::refused, api_key);
  if (!caller) co_return transport::problem(caller.error(), request.request_id);
  request.checked_caller = std::move(*caller);
  co_return std::nullopt;
}

Awaitable<Result<Caller>> Authenticator::find_caller(const transport::Request& request,
                                                     QueryToken query_token, ApiKey api_key) {
  assert(request.loop && "a request comes on a loop");
  Result<std::optional<std::string>> bearer = bearer_token(request);
  if (!bearer) co_return bearer.error();
  if (*bearer) {
    std::string token = std::move(**bearer);
    co_return co_await verify(request, std::move(token), "Authorization");
  }

  if (const auto ticket = request.query_value("ticket")) {
    if (request.method != "GET" && request.method != "HEAD")
      co_return refused("A ticket is for reading its stream. Sign in with a token here.", "ticket");
    co_return tickets_.redeem(*ticket, request.path, request.query);
  }

  if (const auto token = request.query_value("token")) {
    const bool is_dev_token = config_.dev_mode && token->starts_with(kDevPrefix);
    if (!is_dev_token && query_token == QueryToken::refused)
      co_return refused(
          "Tokens are not accepted in addresses here, which get logged. Send an Authorization header, or a "
          "ticket.",
          "token");
    std::string copy(*token);
    co_return co_await verify(request, std::move(copy), "token");
  }

  if (const auto key = request.header("x-api-key"); key && api_key == ApiKey::accepted) {
    std::string token(*key);
    co_return co_await verify(request, std::move(token), "X-Api-Key");
  }

  if (const auto cookie = request.cookie(config_.cookie_name)) {
    if (Result<> allowed = origins_.check_cookie_use(request); !allowed) co_return allowed.error();
    std::string token(*cookie);
    Result<Caller> caller = co_await verify(request, std::move(token), "Cookie");
    if (caller) caller->how = Caller::How::cookie;
    co_return caller;
  }

  std::string advice = "Sign in: send `Authorization: Bearer TOKEN`.";
  if (config_.dev_mode) advice += " In development mode `dev:YOUR_NAME` is a token.";
  co_return refused(std::move(advice), "Authorization");
}

void Authenticator::stream_found(const transport::Request& request, const Caller& caller) {
  if (caller.how != Caller::How::ticket || request.method != "GET") return;
  if (const auto ticket = request.query_value("ticket")) tickets_.record_use(*ticket);
}

Result<> Authenticator::check_origin(const transport::Request& request) const {
  const auto origin = request.header("origin");
  if (!origin || origins_.is_allowed(request, *origin)) return {};
  return make_error(ErrorCode::forbidden,
                    "This site's pages may not open a WebSocket here. List their origin in "
                    "server.cors.allowed_origins.",
                    "Origin");
}

Caller Authenticator::anonymous(const transport::Request& request) {
  Caller caller;
  caller.how = Caller::How::none;
  caller.address = transport::client_network(request.peer);
  return caller;
}

bool Authenticator::has_credentials(const transport::Request& request) const {
  return request.header("authorization") || request.query_value("ticket") || request.query_value("token") ||
         request.cookie(config_.cookie_name);
}

Result<std::optional<std::string>> Authenticator::bearer_token(const transport::Request& request) {
  const transport::Header* found = nullptr;
  for (const transport::Header& header : request.headers) {
    if (header.name != "authorization") continue;
    if (found) return refused("Send one Authorization header, not several.", "Authorization");
    found = &header;
  }
  if (!found) return std::optional<std::string>();
  const std::string_view value = found->value;
  const std::size_t space = value.find(' ');
  const std::size_t start = value.find_first_not_of(' ', space);
  if (!equals_ignoring_case(value.substr(0, space), "bearer") || start == std::string_view::npos)
    return refused("The Authorization header must be `Bearer TOKEN`.", "Authorization");
  return std::optional<std::string>(value.substr(start));
}

Awaitable<Result<Caller>> Authenticator::verify(const transport::Request& request, std::string token,
                                                const char* field) {
  Result<Caller> caller = make_error(ErrorCode::internal, "");
  if (token.starts_with(kDevPrefix)) {
    caller = read_dev_token(token);
  } else if (const Result<> allowed = failed_.check(request.peer); !allowed) {
    if (auto known = verifier_.find_known(token)) co_return std::move(*known);
    co_return allowed.error();
  } else {
    caller = co_await verifier_.verify(*request.loop, std::move(token));
  }
  if (caller) co_return caller;
  Error error = caller.error();
  error.field = field;
  co_return error;
}

Result<Caller> Authenticator::read_dev_token(std::string_view token) const {
  if (!config_.dev_mode)
    return refused("dev: tokens are accepted in development mode only (belay serve --dev).", {});
  token.remove_prefix(kDevPrefix.size());
  const std::size_t colon = token.find(':');
  const std::string_view user = token.substr(0, colon);
  std::string_view tier = colon == std::string_view::npos ? std::string_view() : token.substr(colon + 1);
  const std::size_t second = tier.find(':');
  const std::string_view role =
      second == std::string_view::npos ? std::string_view() : tier.substr(second + 1);
  tier = tier.substr(0, second);
  const bool has_role = second != std::string_view::npos;
  if (!is_valid_user_id(user) || !is_valid_tier(tier) ||
      (has_role && (!is_valid_role(role) || role.find(':') != std::string_view::npos)))
    return refused(fmt::format("A development token is dev:USER, dev:USER:TIER or dev:USER:TIER:ROLE, USER "
                               "with 1 to {} bytes.",
                               kMaxUserBytes),
                   {});
  Caller caller;
  caller.user = user;
  caller.tier = tier;
  if (has_role) caller.roles.emplace_back(role);
  caller.dev = true;
  caller.expires = clock_.wall() + kDevTokenLifetime;
  return caller;
}

}  // namespace belay::auth
