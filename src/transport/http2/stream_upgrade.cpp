// Another protocol on the stream: a WebSocket (extended CONNECT, RFC 8441).
#include "transport/exchange_report.hpp"
#include "transport/framing/stream.hpp"
#include "transport/http2/connection.hpp"
#include "transport/http2/stream_parts.hpp"
#include "transport/problem.hpp"

namespace belay::transport {

// A client takes any success for an open tunnel: without an upgrade it becomes a refusal.
void Http2Stream::refuse_success(Response& response) const {
  if (response.status >= 300 || std::holds_alternative<Upgrade>(response.body)) return;
  response = problem(make_error(ErrorCode::invalid_request, "This address does not speak WebSocket."),
                     incoming_->request.request_id);
}

// The head of the answer was submitted.
void Http2Stream::start_upgraded(Upgrade upgrade) {
  Outgoing& out = *outgoing_;
  Incoming& in = *incoming_;
  Http2Tunnel::Owner& owner = *this;
  upgraded_ = std::make_unique<Upgraded>(loop_, owner, connection_->is_secure(), std::move(upgrade.handler));
  // What arrived until now has used the windows of both.
  session().consume_connection(in.body.size());
  upgraded_->channel.arrive(std::exchange(in.body, std::string()));
  if (in.body_ended) upgraded_->channel.end();
  in.phase = BodyPhase::dropped;

  const auto duration = now() - out.started;
  RequestReport report = request_report(kHttp2, in.request, out.route, out.status);
  report.request_id = out.request_id;
  report.peer = out.peer;
  report.duration = duration;
  state().observer.request_finished(report);
  ++state().counts.streams;
  state().observer.stream_opened(stream_report(kHttp2, *out.route, out.request_id, out.peer, duration));
  if (state().draining) drain(jittered_retry(state().config.retry_base, state().random));
  upgraded_->handler->start(
      upgraded_->channel, {},
      [self = shared_from_this()](const std::exception_ptr& failure) { self->upgraded_is_over(failure); });
}

void Http2Stream::upgraded_is_over(const std::exception_ptr& failure) {
  if (!connection_) return;
  const auto self = shared_from_this();
  StreamEnd end = StreamEnd::closed;
  if (failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      state().observer.handler_failed({}, {}, error.what());
    }
  } else {
    end = upgraded_->handler->end();
  }
  outgoing_->end = end;
  if (failure || end == StreamEnd::stalled) return connection_->end_stream(*this, Http2Error::internal, end);
  upgraded_->channel.finish_sending();
}

void Http2Stream::drain(Milliseconds retry) {
  if (upgraded_ && connection_) upgraded_->handler->drain(retry);
}

// ---- bytes

Http2StreamEvents::Piece Http2Stream::peek_tunnel(std::size_t max) {
  const Http2Tunnel& channel = upgraded_->channel;
  if (channel.unsent() == 0 && !channel.has_finished()) {
    outgoing_->is_deferred = true;
    return {Piece::State::deferred};
  }
  outgoing_->is_last = channel.has_finished() && channel.unsent() <= max;
  return {Piece::State::bytes, std::min(channel.unsent(), max), outgoing_->is_last};
}

void Http2Stream::append_tunnel(std::size_t size, std::string& text) {
  Outgoing& out = *outgoing_;
  upgraded_->channel.take_unsent(size, text);
  out.bytes += size;
  out.is_complete = out.is_last;
  out.last_sent = out.blocked_since = now();
}

void Http2Stream::tunnel_has_output() {
  if (!connection_ || !outgoing_) return;
  Outgoing& out = *outgoing_;
  if (std::exchange(out.is_deferred, false)) {
    out.blocked_since = now();
    session().resume(id_);
  }
  connection_->flush_soon();
}

void Http2Stream::tunnel_consumed(std::size_t bytes) {
  if (!connection_) return;
  session().consume_stream(id_, bytes);
  connection_->flush_soon();
}

}  // namespace belay::transport
