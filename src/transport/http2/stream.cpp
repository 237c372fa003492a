#include "transport/http2/stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "transport/http2/connection.hpp"
#include "transport/http2/stream_parts.hpp"
#include "transport/problem.hpp"

namespace belay::transport {

Http2Stream::Http2Stream(Http2Connection& connection, Http2StreamId id)
    : connection_(&connection),
      loop_(connection.state().loop),
      id_(id),
      timer_(loop_.timers(), [this] { timer_fired(); }),
      incoming_(std::make_unique<Incoming>(connection.state().config, connection.requests())) {
  incoming_->started = now();
}

Http2Stream::~Http2Stream() = default;

Http2State& Http2Stream::state() const {
  return connection_->state();
}

Http2Session& Http2Stream::session() const {
  return connection_->session();
}

SteadyTime Http2Stream::now() const {
  return loop_.clock().steady();
}

// ---- the head

bool Http2Stream::field(std::string_view name, std::string_view value) {
  return incoming_->fields.add(name, value);
}

void Http2Stream::head_ended() {
  connection_->start_soon(shared_from_this());
}

void Http2Stream::begin_request() {
  Incoming& in = *incoming_;
  RequestFields::Parsed parsed = in.fields.finish();
  if (parsed.refusal) in.refusal = std::move(parsed.refusal);  // its trailers may be refused already
  in.content_length = parsed.head.content_length;
  in.expects_continue = parsed.head.expects_continue;
  in.is_connect = !parsed.head.connect_protocol.empty();
  in.has_body = !in.is_connect && (!in.body_ended || !in.body.empty());
  Request& request = in.request;
  request.method = std::move(parsed.head.method);
  request.path = std::move(parsed.head.target.path);
  request.escaped_slash = parsed.head.target.escaped_slash;
  request.query = std::move(parsed.head.target.query);
  request.headers = std::move(parsed.head.headers);
  request.connect_protocol = std::move(parsed.head.connect_protocol);
  request.loop = &loop_;
  request.client = this;
  request.secure = connection_->is_secure();
  state().dispatcher.identify(request, connection_->peer());
}

// ---- the request

void Http2Stream::start() {
  if (connection_) boost::asio::co_spawn(loop_.executor(), run(shared_from_this()), boost::asio::detached);
}

Awaitable<> Http2Stream::run(std::shared_ptr<Http2Stream> self) {
  bool has_failed = false;
  try {
    co_await self->exchange();
  } catch (const std::exception& error) {
    has_failed = true;
    if (self->connection_) self->state().observer.handler_failed({}, {}, error.what());
  }
  self->incoming_.reset();
  if (has_failed && self->connection_)
    self->connection_->end_stream(*self, Http2Error::internal, StreamEnd::closed);
}

Awaitable<> Http2Stream::exchange() {
  if (!connection_) co_return;  // it was closed before the request could be handled
  const Dispatcher& dispatcher = state().dispatcher;
  begin_request();
  Incoming& in = *incoming_;
  std::optional<Response> response;
  if (connection_->purpose() != ConnectionPurpose::serve) {
    co_await answer_when_full(response);
  } else if (!in.refusal) {
    response = find_route();
    if (!response && in.route->max_body.value != 0 && in.has_body) co_await admit_body(response);
    if (connection_ && !response && !in.is_connect) accept_body();
  }
  const bool streams_body = in.route && in.route->streams_body;
  if (connection_ && !response && !in.refusal && !streams_body && !in.is_connect) co_await receive_body();
  if (!connection_) co_return;
  if (!response && in.refusal)
    response = problem(in.refusal->error, in.request.request_id, in.refusal->status);
  if (!response) {
    if (in.is_connect) {
      // What arrives is of the other protocol.
    } else if (streams_body) {
      in.request.body_reader = this;
    } else {
      in.request.body = std::move(in.body);
      in.body.clear();
      if (in.body_memory) in.body_memory->shrink_to(in.request.body.size());
    }
    Response answer = co_await dispatcher.answer(*in.route, in.request);
    if (!connection_) co_return;
    response = std::move(answer);
  }
  if (in.is_connect) refuse_success(*response);
  respond(std::move(*response));
}

std::optional<Response> Http2Stream::find_route() {
  Routing routing = state().dispatcher.route(incoming_->request);
  incoming_->route = routing.route;
  return std::move(routing.response);
}

// A connection beyond the limit: one request for a route that is served then. Anything else is refused.
Awaitable<> Http2Stream::answer_when_full(std::optional<Response>& response) {
  Incoming& in = *incoming_;
  const Dispatcher& dispatcher = state().dispatcher;
  const ConnectionPurpose purpose = connection_->purpose();
  connection_->refuse_new_streams();
  if (purpose == ConnectionPurpose::serve_health && !in.refusal && !in.has_body) {
    const Routing routing = dispatcher.route(in.request);
    if (!routing.response && routing.route->served_when_full) {
      in.route = routing.route;
      Response answer = co_await dispatcher.answer(*in.route, in.request);
      response = std::move(answer);
      co_return;
    }
  }
  state().observer.connection_refused(ConnectionRefusal::too_many);
  in.refusal.reset();
  response = problem(refusal_of(purpose), in.request.request_id);
}

// ---- the end

void Http2Stream::stream_closed(Http2Error) {
  connection_->closed_by_session(*this, StreamEnd::client_gone);
}

void Http2Stream::detach(StreamEnd end) {
  if (!connection_) return;
  timer_.cancel();
  if (incoming_ && incoming_->phase == BodyPhase::held) session().consume_connection(incoming_->body.size());
  if (outgoing_) report_end(end);
  connection_ = nullptr;
  if (upgraded_) upgraded_->channel.break_apart();
  outgoing_.reset();
  if (!incoming_) return;
  const auto self = shared_from_this();
  wake_body();
  if (auto gone = std::exchange(incoming_->gone, nullptr)) gone();
}

}  // namespace belay::transport
