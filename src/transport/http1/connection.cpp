#include "transport/http1/connection.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "transport/content_coding.hpp"
#include "transport/problem.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

const Header* find_header(const Response& response, std::string_view lower_name) {
  for (const Header& header : response.headers)
    if (lower_case(header.name) == lower_name) return &header;
  return nullptr;
}

void add_if_missing(Response& response, std::string_view lower_name, std::string_view name,
                    std::string_view value) {
  if (!find_header(response, lower_name)) response.headers.push_back({std::string(name), std::string(value)});
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

bool is_sendable(const Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  const auto* stream = std::get_if<StreamBody>(&response.body);
  return !stream || stream->source;
}

Response internal_error(std::string_view request_id) {
  return problem(
      make_error(ErrorCode::internal, "The server failed to answer. Report the request_id to its operator."),
      request_id);
}

// Maps every method that HTTP does not define to one name.
std::string_view known_method(std::string_view method) {
  constexpr std::string_view kKnown[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  const auto found = std::find(std::begin(kKnown), std::end(kKnown), method);
  return found == std::end(kKnown) ? kOther : *found;
}

Response options_response(std::string methods) {
  Response response;
  response.status = 204;
  response.headers.push_back({"Allow", std::move(methods)});
  return response;
}

}  // namespace

Http1Connection::Http1Connection(ServerState& state, Socket socket, std::string peer, Purpose purpose)
    : state_(&state),
      loop_(state.loop),
      socket_(std::move(socket)),
      timer_(state.loop.timers(), [this] { timer_fired(); }),
      peer_(std::move(peer)),
      purpose_(purpose) {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  const auto buffer = static_cast<int>(state.config.send_buffer.value);
  if (buffer != 0) socket_.set_option(boost::asio::socket_base::send_buffer_size(buffer), ignored);
}

void Http1Connection::start(Place place) {
  place_ = place;
  if (purpose_ == Purpose::serve) {
    ++state_->counts.connections;
    state_->observer.connection_opened();
  } else {
    ++state_->refusing;
    state_->observer.connection_refused(ConnectionRefusal::too_many);
  }
  spawn(Next::exchange);
}

void Http1Connection::close_if_idle() {
  if (idle_) close();
}

void Http1Connection::close() {
  if (closed_) return;
  const auto self = shared_from_this();
  closed_ = true;
  timer_.cancel();
  take_stream(StreamEnd::closed);
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (purpose_ == Purpose::serve) {
    --state_->counts.connections;
    state_->observer.connection_closed();
  } else {
    --state_->refusing;
  }
  state_->connections.erase(place_);
  state_ = nullptr;
}

void Http1Connection::spawn(Next next) {
  boost::asio::co_spawn(socket_.get_executor(), run(shared_from_this(), next), boost::asio::detached);
}

Awaitable<> Http1Connection::run(std::shared_ptr<Http1Connection> self, Next next) {
  try {
    if (self->purpose_ == Purpose::refuse) next = co_await self->refuse_connection();
    while (next == Next::exchange) next = co_await self->exchange();
    if (next == Next::stream) co_return;
    if (next == Next::linger) co_await self->linger();
  } catch (const std::exception& error) {
    if (!self->closed_) self->state_->observer.handler_failed({}, {}, error.what());
  }
  self->close();
}

Awaitable<Http1Connection::Next> Http1Connection::refuse_connection() {
  Exchange exchange(*state_);
  exchange.request.request_id = new_request_id();
  exchange.request.peer = peer_;
  exchange.started = loop_.clock().steady();
  Error error = make_error(ErrorCode::server_full, "Too many connections are open. Try again in a moment.");
  error.limit = "max_connections";
  Response response = problem(error, exchange.request.request_id);
  const Next next = co_await respond(exchange, std::move(response));
  co_return next;
}

Awaitable<Http1Connection::Next> Http1Connection::exchange() {
  Exchange exchange(*state_);
  const bool arrived = co_await receive_head(exchange);
  if (!arrived) co_return Next::close;
  begin_request(exchange);

  RequestReader& reader = exchange.reader;
  std::optional<Response> response;
  if (reader.phase() == RequestReader::Phase::held) {
    response = find_route(exchange);
    // An answer that needs no handler does not wait for a body either. If a body is coming, the connection is
    // closed after the answer.
    if (response && reader.head().has_body()) exchange.keep_alive = false;
    if (!response && exchange.route->max_body.value == 0) reader.ignore_body();
    if (!response && exchange.route->max_body.value != 0) reader.accept_body(exchange.route->max_body);
  }
  if (!response && reader.phase() == RequestReader::Phase::body) {
    const bool complete = co_await receive_body(exchange);
    if (!complete) co_return Next::close;
  }
  if (!response && reader.phase() == RequestReader::Phase::refused) {
    exchange.keep_alive = false;
    response = problem(reader.refusal().error, exchange.request.request_id, reader.refusal().status);
  }
  if (!response) {
    exchange.request.body = std::move(reader.body());
    Response answer = co_await handle(exchange);
    if (closed_) co_return Next::close;
    response = std::move(answer);
  }
  Response final_response = std::move(*response);
  const Next next = co_await respond(exchange, std::move(final_response));
  co_return next;
}

// Awaits the end of the head. False: there is nothing to answer. A timeout is answered: the reader then holds
// a refusal.
Awaitable<bool> Http1Connection::receive_head(Exchange& exchange) {
  const Config& config = state_->config;
  RequestReader& reader = exchange.reader;
  feed(reader, std::exchange(pipelined_bytes_, {}));
  idle_ = !is_first_request_ && !reader.started();
  timer_.arm(idle_ ? config.idle_limit : config.header_deadline);
  exchange.started = loop_.clock().steady();
  while (reader.phase() == RequestReader::Phase::head) {
    const bool had_started = reader.started();
    const Received received = co_await receive(reader);
    if (closed_ || received == Received::end) co_return false;
    if (received == Received::timed_out && !reader.started()) co_return false;
    if (received == Received::timed_out) {
      reader.time_out("The request's headers did not arrive in time.");
      break;
    }
    if (had_started || !reader.started()) continue;
    exchange.started = loop_.clock().steady();
    if (!is_first_request_) timer_.arm(config.header_deadline);
    idle_ = false;
  }
  idle_ = false;
  timer_.cancel();
  co_return true;
}

// Awaits the end of the body. False: the client has disconnected.
Awaitable<bool> Http1Connection::receive_body(Exchange& exchange) {
  RequestReader& reader = exchange.reader;
  feed(reader, std::exchange(pipelined_bytes_, {}));
  if (reader.phase() == RequestReader::Phase::body && reader.head().expects_continue &&
      !reader.body_started()) {
    std::uint64_t sent = 0;
    std::string text(kContinue);
    const bool written = co_await write(std::move(text), std::string(), sent);
    if (!written) co_return false;
  }
  timer_.arm(state_->config.body_deadline);
  while (reader.phase() == RequestReader::Phase::body) {
    const Received received = co_await receive(reader);
    if (closed_ || received == Received::end) co_return false;
    if (received == Received::timed_out) reader.time_out("The request's body did not arrive in time.");
  }
  timer_.cancel();
  co_return true;
}

// Sets the request's id, peer and other fields, as far as the head could be read.
void Http1Connection::begin_request(Exchange& exchange) {
  Request& request = exchange.request;
  request.loop = &loop_;
  request.client = this;
  request.peer = peer_;
  if (exchange.reader.has_head()) {
    RequestHead& head = exchange.reader.head();
    exchange.http_1_0 = head.http_1_0;
    exchange.keep_alive = head.keep_alive;
    request.method = std::move(head.method);
    request.path = std::move(head.target.path);
    request.query = std::move(head.target.query);
    request.headers = std::move(head.headers);
    request.chunked_allowed = takes_interim_ = !head.http_1_0;
    TrustedProxies::Client client = state_->proxies.client_of(peer_, request.headers);
    request.peer = std::move(client.address);
    request.secure = client.secure;
    if (const auto id = request.header("x-request-id"); id && is_request_id(*id)) request.request_id = *id;
  }
  if (request.request_id.empty()) request.request_id = new_request_id();
}

// Sets the route. Or returns the answer to a request that needs no handler: an unknown path or method, or a
// body in a content coding.
std::optional<Response> Http1Connection::find_route(Exchange& exchange) {
  Request& request = exchange.request;
  Result<Router::Match> match = state_->router.find(request.method, request.path);
  if (match) {
    exchange.route = match->route;
    request.captures = std::move(match->captures);
    if (exchange.route->max_body.value == 0) return std::nullopt;
    return refuse_content_coding(request);
  }
  Error error = match.error();
  if (!exchange.reader.head().known_method) {
    error = make_error(ErrorCode::not_implemented, "This method is not known here.");
  } else if (error.code == ErrorCode::method_not_allowed) {
    error.field += ", OPTIONS";
    if (auto preflight = state_->cors.preflight(request, error.field)) return preflight;
    if (request.method == "OPTIONS") return options_response(std::move(error.field));
  }
  return problem(error, request.request_id);
}

Awaitable<Response> Http1Connection::handle(Exchange& exchange) {
  std::string what;
  try {
    Awaitable<Response> work = exchange.route->handler(exchange.request);
    Response response = co_await std::move(work);
    if (is_sendable(response)) co_return response;
    what = "the response has no valid status or an empty stream";
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception of unknown type";
  }
  if (!closed_) state_->observer.handler_failed(exchange.route->name, exchange.request.request_id, what);
  co_return internal_error(exchange.request.request_id);
}

std::string Http1Connection::new_request_id() {
  std::array<std::byte, 16> bytes;
  state_->random.fill(bytes);
  std::string id;
  id.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    id += kHex[std::to_integer<unsigned>(byte >> 4)];
    id += kHex[std::to_integer<unsigned>(byte & std::byte{15})];
  }
  return id;
}

// Returns the response's head as bytes. Replaces a response that cannot be sent with a 500.
std::string Http1Connection::make_head(Exchange& exchange, Response& response) {
  const auto write_head = [&](std::string& text) {
    state_->cors.apply(exchange.request, response);
    add_if_missing(response, "x-request-id", "X-Request-Id", exchange.request.request_id);
    add_if_missing(response, "x-content-type-options", "X-Content-Type-Options", "nosniff");
    add_if_missing(response, "referrer-policy", "Referrer-Policy", "no-referrer");
    HeadFraming framing;
    framing.date = state_->date();
    if (!exchange.keep_alive) {
      framing.connection = "close";
    } else if (exchange.http_1_0) {
      framing.connection = "keep-alive";
    }
    if (const auto* body = std::get_if<std::string>(&response.body)) {
      if (!has_no_body(response.status)) framing.content_length = body->size();
    } else {
      framing.chunked = !exchange.http_1_0 && !has_no_body(response.status);
    }
    return append_response_head(text, response, framing);
  };
  std::string text;
  if (auto written = write_head(text); !written) {
    const std::string_view route =
        exchange.route ? std::string_view(exchange.route->name) : std::string_view();
    state_->observer.handler_failed(route, exchange.request.request_id,
                                    written.error().detail + " (" + written.error().field + ")");
    response = internal_error(exchange.request.request_id);
    write_head(text).value();
  }
  return text;
}

Awaitable<Http1Connection::Next> Http1Connection::respond(Exchange& exchange, Response response) {
  is_first_request_ = false;
  // An HTTP/1.0 client recognizes the end of a stream only by the close.
  const bool ends_by_close = exchange.http_1_0 && std::holds_alternative<StreamBody>(response.body);
  if (state_->draining || ends_by_close) exchange.keep_alive = false;
  std::string head = make_head(exchange, response);

  const bool bodiless = has_no_body(response.status) || exchange.request.method == "HEAD";
  if (auto* stream = std::get_if<StreamBody>(&response.body); stream && !bodiless) {
    start_stream(exchange, std::move(*stream), std::move(head));
    co_return Next::stream;
  }
  std::string body;
  if (auto* text = std::get_if<std::string>(&response.body); text && !bodiless) body = std::move(*text);
  response.body = std::string();  // the client will not read the stream: frees its source now
  std::uint64_t sent = 0;
  const bool written = co_await write(std::move(head), std::move(body), sent);
  if (closed_) co_return Next::close;
  report_request(exchange, response.status, sent);
  if (!written) co_return Next::close;
  co_return exchange.keep_alive ? Next::exchange : Next::linger;
}

void Http1Connection::report_request(const Exchange& exchange, int status, std::uint64_t bytes) {
  RequestReport report;
  report.method = known_method(exchange.request.method);
  report.route = exchange.route ? std::string_view(exchange.route->name) : kOther;
  report.request_id = exchange.request.request_id;
  report.peer = exchange.request.peer;
  report.status = status;
  report.duration = loop_.clock().steady() - exchange.started;
  report.bytes = bytes;
  state_->observer.request_finished(report);
}

}  // namespace belay::transport
