#include "transport/websocket/websocket_connection.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace belay::transport {
namespace {

MessageReader::Options reader_options(const WebSocketOptions& options) {
  return {options.limits.max_message, options.limits.max_fragments,
          options.binary == BinaryMessages::accepted};
}

// The reason of a close after which the client should reconnect.
std::string retry_reason(Milliseconds retry) {
  return fmt::format("{{\"retry\":{}}}", retry.count());
}

}  // namespace

WebSocketConnection::WebSocketConnection(Loop& loop, std::unique_ptr<WebSocketHandler> handler,
                                         WebSocketOptions options)
    : loop_(loop),
      handler_(std::move(handler)),
      watch_(std::move(options.watch)),
      limits_(options.limits),
      reader_(reader_options(options)),
      writer_(options.limits.max_unsent.value),
      timer_(loop.timers(), [this] { timer_fired(); }) {}

void WebSocketConnection::start(ByteChannel& channel, std::string received, Done done) {
  begin(channel, std::move(received));
  read_later(std::move(done));
}

// The wait owns `done`, so that a loop that ends destroys both.
void WebSocketConnection::read_later(Done done) {
  channel_->wait(ByteChannel::Wait::readable, [self = shared_from_this(), done = std::move(done)]() mutable {
    self->receive();
    if (self->phase_ != Phase::over) return self->read_later(std::move(done));
    done(self->end_handler());
  });
  if (phase_ == Phase::over) channel_->cancel_waits();
}

void WebSocketConnection::begin(ByteChannel& channel, std::string received) {
  channel_ = &channel;
  last_received_ = window_began_ = now();
  is_receiving_ = true;
  call_handler([this](WebSocketHandler& handler) { handler.opened(*this); });
  if (watch_) watch_->opened(*this);
  close_if_drained();
  feed(received);
  is_receiving_ = false;
  pump();
  if (phase_ != Phase::over) arm_timer();
}

// The handler and the sources are gone before the connection, which what was posted may still hold.
std::exception_ptr WebSocketConnection::end_handler() {
  watch_.reset();
  call_handler([this](WebSocketHandler& handler) { handler.closed(code_); });
  handler_.reset();
  writer_.drop_all_sources();
  channel_ = nullptr;
  return std::exchange(failure_, nullptr);
}

// ---- What the handler asks for

void WebSocketConnection::send(std::string text) {
  if (phase_ != Phase::open) return;
  if (!writer_.queue_message(text))
    return fail(CloseCode::too_slow, "The client reads too slowly.", StreamEnd::stalled);
  schedule_pump();
}

void WebSocketConnection::show(std::unique_ptr<ByteSource> source) {
  if (phase_ == Phase::open) {
    ++shows_;
    writer_.show(std::move(source), *this);
    schedule_pump();
  } else {
    writer_.retire(std::move(source));
  }
  drop_old_sources();
}

void WebSocketConnection::stop_showing() {
  if (phase_ != Phase::open) return;
  ++shows_;
  writer_.stop_showing();
  drop_old_sources();
  schedule_pump();
  close_if_drained();
}

void WebSocketConnection::close(CloseCode code, std::string_view reason) {
  if (phase_ != Phase::open) return;
  writer_.close(code, reason, WebSocketWriter::When::after_messages);
  leave(Phase::closing, code, StreamEnd::complete);
  schedule_pump();
}

// ---- What ends it

void WebSocketConnection::leave(Phase phase, CloseCode code, StreamEnd end) {
  if (phase_ == Phase::open) {
    code_ = code;
    end_ = end;
    left_open_ = now();
  }
  phase_ = phase;
  arm_timer();
}

// Closes at the end of the current frame, and reads nothing more.
void WebSocketConnection::fail(CloseCode code, std::string_view why, StreamEnd end) {
  if (phase_ == Phase::ending || phase_ == Phase::over) return;
  writer_.close(code, why, WebSocketWriter::When::at_once);
  leave(Phase::ending, code, end);
  schedule_pump();
}

void WebSocketConnection::expire(Milliseconds retry) {
  if (phase_ != Phase::open) return;
  writer_.close(CloseCode::sign_in_over, retry_reason(retry), WebSocketWriter::When::after_messages);
  leave(Phase::closing, CloseCode::sign_in_over, StreamEnd::sign_in_over);
  schedule_pump();
}

void WebSocketConnection::revoke(std::string_view last_message) {
  if (phase_ != Phase::open) return;
  writer_.queue_frames(last_message);
  writer_.close(CloseCode::revoked, "Access was revoked.", WebSocketWriter::When::after_messages);
  leave(Phase::closing, CloseCode::revoked, StreamEnd::revoked);
  schedule_pump();
}

void WebSocketConnection::drain(Milliseconds retry) {
  drain_retry_ = retry;
  if (channel_) close_if_drained();
}

// Later, because a handler may be the caller.
void WebSocketConnection::close_if_drained() {
  if (!drain_retry_ || phase_ != Phase::open || is_showing()) return;
  boost::asio::post(loop_.executor(), [self = shared_from_this()] {
    if (!self->is_showing()) self->shut_down(*self->drain_retry_);
  });
}

// There may be no later step of the loop, so it is sent now.
void WebSocketConnection::shut_down(Milliseconds retry) {
  if (phase_ != Phase::open || !channel_) return;
  call_handler([retry](WebSocketHandler& handler) { handler.shutting_down(retry); });
  if (phase_ == Phase::open) {
    writer_.close(CloseCode::going_away, retry_reason(retry), WebSocketWriter::When::after_messages);
    leave(Phase::closing, CloseCode::going_away, StreamEnd::drained);
  }
  pump();
}

void WebSocketConnection::finish(StreamEnd end) {
  if (phase_ == Phase::open) {
    code_ = CloseCode::abnormal;
    end_ = end;
  }
  finish();
}

void WebSocketConnection::finish() {
  if (phase_ == Phase::over) return;
  phase_ = Phase::over;
  timer_.cancel();
  channel_->cancel_waits();  // ends the wait for bytes
}

}  // namespace belay::transport
