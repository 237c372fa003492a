#include "transport/http1/connection.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "transport/exchange_report.hpp"
#include "transport/http1/response_head.hpp"
#include "transport/problem.hpp"
#include "transport/response_rules.hpp"

namespace belay::transport {

Http1Connection::Http1Connection(Http1State& state, ByteChannel& channel, std::string peer,
                                 ConnectionPurpose purpose)
    : state_(&state),
      loop_(state.loop),
      channel_(channel),
      timer_(state.loop.timers(), [this] { timer_fired(); }),
      peer_(std::move(peer)),
      purpose_(purpose) {}

void Http1Connection::start(Place place) {
  place_ = place;
  count_opened(purpose_, peer_, state_->counts, state_->observer, state_->refusing);
  spawn(Next::exchange);
}

void Http1Connection::drain() {
  if (idle_) return close();
  if (upgraded_ && !upgraded_->is_over) drain_upgraded();
}

void Http1Connection::close(ByteChannel::Close how) {
  if (closed_) return;
  const auto self = shared_from_this();
  closed_ = true;
  timer_.cancel();
  take_stream(StreamEnd::closed);
  end_upgraded(StreamEnd::closed);
  channel_.close(how);
  count_closed(purpose_, peer_, state_->counts, state_->observer, state_->refusing);
  state_->connections.erase(place_);
  state_ = nullptr;
}

void Http1Connection::spawn(Next next) {
  boost::asio::co_spawn(loop_.executor(), run(shared_from_this(), next), boost::asio::detached);
}

Awaitable<> Http1Connection::run(std::shared_ptr<Http1Connection> self, Next next) {
  try {
    if (self->purpose_ == ConnectionPurpose::serve_health)
      next = co_await self->serve_health();
    else if (self->purpose_ != ConnectionPurpose::serve)
      next = co_await self->refuse_connection();
    while (next == Next::exchange) next = co_await self->exchange();
    if (next == Next::stream) co_return;
    if (next == Next::upgrade) {
      self->start_upgraded();
      co_return;
    }
    if (next == Next::linger) co_await self->linger();
  } catch (const std::exception& error) {
    if (!self->closed_) self->state_->observer.handler_failed({}, {}, error.what());
  }
  self->close();
}

Awaitable<Http1Connection::Next> Http1Connection::refuse_connection() {
  state_->observer.connection_refused(ConnectionRefusal::too_many);
  Exchange exchange(*state_);
  exchange.request.secure = channel_.is_secure();
  state_->dispatcher.identify(exchange.request, peer_);
  exchange.started = loop_.clock().steady();
  Response response = problem(refusal_of(purpose_), exchange.request.request_id);
  const Next next = co_await respond(exchange, response);
  co_return next;
}

// A connection beyond the limit: one request for a route that is served then. Anything else is refused.
Awaitable<Http1Connection::Next> Http1Connection::serve_health() {
  Exchange exchange(*state_);
  const bool arrived = co_await receive_head(exchange);
  if (closed_) co_return Next::close;
  if (arrived && exchange.reader.phase() == RequestReader::Phase::held &&
      !exchange.reader.head().has_body()) {
    begin_request(exchange);
    const Routing routing = state_->dispatcher.route(exchange.request);
    if (!routing.response && routing.route->served_when_full) {
      exchange.route = routing.route;
      exchange.keep_alive = false;
      Response response = co_await state_->dispatcher.answer(*exchange.route, exchange.request);
      if (closed_) co_return Next::close;
      const Next next = co_await respond(exchange, response);
      co_return next;
    }
  }
  const Next next = co_await refuse_connection();
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
    if (!response && exchange.route->max_body.value != 0 && reader.head().has_body()) {
      co_await admit_body(exchange, response);
      if (closed_) co_return Next::close;
    }
    // An answer that needs no handler does not wait for a body either. If a body is coming, the connection is
    // closed after the answer.
    if (response && reader.head().has_body()) exchange.keep_alive = false;
    if (!response && exchange.route->max_body.value == 0) reader.ignore_body();
    if (!response && exchange.route->max_body.value != 0) reader.accept_body(exchange.route->max_body);
  }
  const bool streams_body = exchange.route && exchange.route->streams_body;
  if (!response && !streams_body && reader.phase() == RequestReader::Phase::body) {
    const bool complete = co_await receive_body(exchange);
    if (!complete) co_return Next::close;
  }
  if (!response && reader.phase() == RequestReader::Phase::refused) {
    exchange.keep_alive = false;
    response = problem(reader.refusal().error, exchange.request.request_id, reader.refusal().status);
  }
  if (!response) {
    if (streams_body) {
      exchange.streamed_body = std::make_unique<StreamedBody>(*this, exchange);
      exchange.request.body_reader = exchange.streamed_body.get();
      reads_body_ = reader.phase() == RequestReader::Phase::body;
    } else {
      exchange.request.body = std::move(reader.body());
      if (exchange.body_memory) exchange.body_memory->shrink_to(exchange.request.body.size());
    }
    Response answer = co_await state_->dispatcher.answer(*exchange.route, exchange.request);
    reads_body_ = false;
    if (closed_) co_return Next::close;
    if (reader.phase() != RequestReader::Phase::done)
      exchange.keep_alive = false;  // it was not read to its end
    response = std::move(answer);
  }
  const Next next = co_await respond(exchange, *response);
  co_return next;
}

// Awaits the end of the head. False: there is nothing to answer. A timeout is answered: the reader then holds
// a refusal.
Awaitable<bool> Http1Connection::receive_head(Exchange& exchange) {
  const Config& config = state_->config;
  RequestReader& reader = exchange.reader;
  feed(reader, std::exchange(pipelined_bytes_, {}));
  idle_ = !is_first_request_ && !reader.started();
  const bool is_reserve = purpose_ == ConnectionPurpose::serve_health;
  const Milliseconds deadline =
      is_reserve ? std::min(kHealthDeadline, config.header_deadline) : config.header_deadline;
  timer_.arm(idle_ ? config.idle_limit : deadline);
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

// Sets the request's id, peer and other fields, as far as the head could be read.
void Http1Connection::begin_request(Exchange& exchange) {
  Request& request = exchange.request;
  request.loop = &loop_;
  request.client = this;
  if (exchange.reader.has_head()) {
    RequestHead& head = exchange.reader.head();
    exchange.http_1_0 = head.http_1_0;
    exchange.keep_alive = head.keep_alive;
    request.method = std::move(head.method);
    request.path = std::move(head.target.path);
    request.escaped_slash = head.target.escaped_slash;
    request.query = std::move(head.target.query);
    request.headers = std::move(head.headers);
    request.chunked_allowed = takes_interim_ = !head.http_1_0;
  }
  request.secure = channel_.is_secure();
  state_->dispatcher.identify(request, peer_);
}

// Sets the route. Or returns the answer to a request that needs no handler.
std::optional<Response> Http1Connection::find_route(Exchange& exchange) {
  Routing routing = state_->dispatcher.route(exchange.request);
  exchange.route = routing.route;
  return std::move(routing.response);
}

// Returns the response's head as bytes. Replaces a response that cannot be sent with a 500.
std::string Http1Connection::make_head(Exchange& exchange, Response& response) {
  const auto write_head = [&](std::string& text) {
    state_->dispatcher.complete(exchange.request, response);
    HeadFraming framing;
    framing.date = state_->date.at(loop_.clock().wall());
    if (!exchange.keep_alive) {
      framing.connection = "close";
    } else if (exchange.http_1_0) {
      framing.connection = "keep-alive";
    }
    if (std::holds_alternative<Upgrade>(response.body)) {
      framing.connection = "Upgrade";
    } else if (const auto* body = std::get_if<std::string>(&response.body)) {
      if (!has_no_body(response.status) && !has_unknown_length(exchange.request, *body))
        framing.content_length = body->size();
    } else {
      framing.chunked = !exchange.http_1_0 && !has_no_body(response.status);
    }
    return append_response_head(text, response, framing);
  };
  std::string text;
  if (auto written = write_head(text); !written) {
    response = state_->dispatcher.failed(exchange.route, exchange.request,
                                         written.error().detail + " (" + written.error().field + ")");
    write_head(text).value();
  }
  return text;
}

Awaitable<Http1Connection::Next> Http1Connection::respond(Exchange& exchange, Response& response) {
  is_first_request_ = false;
  // An HTTP/1.0 client recognizes the end of a stream only by the close.
  const bool ends_by_close = exchange.http_1_0 && std::holds_alternative<StreamBody>(response.body);
  if (state_->draining || ends_by_close) exchange.keep_alive = false;
  std::string head(kProcessing.substr(kProcessing.size() - std::exchange(unsent_interim_, std::uint8_t{0})));
  head += make_head(exchange, response);

  if (auto* switched = std::get_if<Upgrade>(&response.body)) {
    Upgrade taken = std::move(*switched);
    const Next next = co_await switch_protocol(exchange, std::move(taken), std::move(head));
    co_return next;
  }
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
  RequestReport report = request_report(kHttp1, exchange.request, exchange.route, status);
  report.duration = loop_.clock().steady() - exchange.started;
  report.bytes = bytes;
  state_->observer.request_finished(report);
}

}  // namespace belay::transport
