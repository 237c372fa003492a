#include "transport/routing_dispatcher.hpp"

#include <algorithm>
#include <array>

#include <boost/beast/http/verb.hpp>

#include "transport/content_coding.hpp"
#include "transport/error_shape.hpp"
#include "transport/problem.hpp"
#include "transport/target.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

// Registered with IANA, or at least as well known.
bool is_known_method(std::string_view method) {
  return boost::beast::http::string_to_verb({method.data(), method.size()}) !=
         boost::beast::http::verb::unknown;
}

void add_if_missing(Response& response, std::string_view lower_name, std::string_view name,
                    std::string_view value) {
  const bool has_it =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [&](const Header& header) { return lower_case(header.name) == lower_name; });
  if (!has_it) response.headers.push_back({std::string(name), std::string(value)});
}

std::string transport_security(Milliseconds max_age) {
  if (max_age.count() == 0) return {};
  return "max-age=" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(max_age).count());
}

bool is_sendable(const Request& request, const Response& response) {
  if (const auto* upgrade = std::get_if<Upgrade>(&response.body))
    return response.status == 101 && upgrade->handler && request.chunked_allowed;
  if (response.status < 200 || response.status > 599) return false;
  const auto* stream = std::get_if<StreamBody>(&response.body);
  return !stream || stream->source;
}

Response options_response(std::string methods) {
  Response response;
  response.status = 204;
  response.headers.push_back({"Allow", std::move(methods)});
  return response;
}

}  // namespace

RoutingDispatcher::RoutingDispatcher(const Parts& parts, Cors cors, TrustedProxies proxies)
    : router_(parts.router),
      observer_(parts.observer),
      random_(parts.random),
      cors_(std::move(cors)),
      proxies_(std::move(proxies)),
      transport_security_(transport_security(parts.config.tls.hsts_max_age)) {}

Result<std::unique_ptr<RoutingDispatcher>> RoutingDispatcher::make(const Parts& parts) {
  Result<Cors> cors = Cors::make(parts.config.cors);
  if (!cors) return cors.error();
  Result<TrustedProxies> proxies = TrustedProxies::make(parts.config.trusted_proxies);
  if (!proxies) return proxies.error();
  return std::unique_ptr<RoutingDispatcher>(
      new RoutingDispatcher(parts, std::move(*cors), std::move(*proxies)));
}

void RoutingDispatcher::identify(Request& request, std::string_view connection_address) const {
  TrustedProxies::Client client = proxies_.client_of({connection_address, request.secure}, request.headers);
  request.peer = std::move(client.address);
  request.secure = client.secure;
  if (const auto id = request.header("x-request-id"); id && is_request_id(*id))
    request.request_id = *id;
  else
    request.request_id = new_request_id();
}

std::string RoutingDispatcher::new_request_id() const {
  std::array<std::byte, 16> bytes;
  random_.fill(bytes);
  std::string id;
  id.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    id += kHex[std::to_integer<unsigned>(byte >> 4)];
    id += kHex[std::to_integer<unsigned>(byte & std::byte{15})];
  }
  return id;
}

Routing RoutingDispatcher::route(Request& head) const {
  Result<Router::Match> match = router_.find(head.method, head.path);
  if (head.escaped_slash != head.path.npos && (!match || head.escaped_slash < match->rest)) {
    auto error =
        make_error(ErrorCode::invalid_request,
                   "The path holds an escaped slash (%2F). This name in it may not contain a slash.");
    return {nullptr, problem(error, head.request_id)};
  }
  if (!match) return {nullptr, not_routed(head, match.error())};
  head.captures = std::move(match->captures);
  if (match->route->max_body.value == 0) return {match->route, std::nullopt};
  return {match->route, refuse_content_coding(head)};
}

Response RoutingDispatcher::not_routed(const Request& request, Error error) const {
  if (!is_known_method(request.method)) {
    error = make_error(ErrorCode::not_implemented, "This method is not known here.");
  } else if (error.code == ErrorCode::method_not_allowed) {
    error.field += ", OPTIONS";
    if (auto preflight = cors_.preflight(request, error.field)) return std::move(*preflight);
    if (request.method == "OPTIONS") return options_response(std::move(error.field));
  }
  return problem(error, request.request_id);
}

Awaitable<std::optional<Response>> RoutingDispatcher::check(const Route& route, Request& head) const {
  if (!route.before_body) co_return std::nullopt;
  std::string what;
  try {
    Awaitable<std::optional<Response>> work = route.before_body(head);
    std::optional<Response> response = co_await std::move(work);
    if (!response || is_sendable(head, *response)) co_return response;
    what = "the response has no valid status or an empty stream";
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception of unknown type";
  }
  co_return failed(&route, head, what);
}

Awaitable<Response> RoutingDispatcher::answer(const Route& route, Request& request) const {
  std::string what;
  try {
    Awaitable<Response> work = route.handler(request);
    Response response = co_await std::move(work);
    if (is_sendable(request, response)) co_return response;
    what = "the response has no valid status or an empty stream";
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception of unknown type";
  }
  co_return failed(&route, request, what);
}

void RoutingDispatcher::complete(const Request& request, Response& response) const {
  if (const auto* upgrade = std::get_if<Upgrade>(&response.body); upgrade && request.connect_protocol.empty())
    response.headers.push_back({"Upgrade", upgrade->protocol});
  if (response.error)
    if (const ErrorShape* shape = router_.error_shape(request.path))
      shape->apply(*response.error, request, response);
  cors_.apply(request, response);
  add_if_missing(response, "x-request-id", "X-Request-Id", request.request_id);
  add_if_missing(response, "x-content-type-options", "X-Content-Type-Options", "nosniff");
  add_if_missing(response, "referrer-policy", "Referrer-Policy", "no-referrer");
  // Browsers believe it only over TLS (RFC 6797, section 7.2).
  if (request.secure && !transport_security_.empty())
    add_if_missing(response, "strict-transport-security", "Strict-Transport-Security", transport_security_);
}

Response RoutingDispatcher::failed(const Route* route, const Request& request, std::string_view what) const {
  const std::string_view name = route ? std::string_view(route->name) : std::string_view();
  observer_.handler_failed(name, request.request_id, what);
  return problem(
      make_error(ErrorCode::internal, "The server failed to answer. Report the request_id to its operator."),
      request.request_id);
}

}  // namespace belay::transport
