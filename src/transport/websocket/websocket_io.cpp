// A WebSocket's input and output, and the timer that bounds both.
#include <algorithm>
#include <array>

#include <boost/asio/post.hpp>

#include "transport/websocket/websocket_connection.hpp"

namespace belay::transport {
namespace {

constexpr std::size_t kReceiveBuffer = 16 * 1024;
// Reads per step of the loop. After that, other connections get their turn.
constexpr int kMaxReads = 4;
// What is read and dropped after the last frame was queued.
constexpr std::size_t kMaxDropped = 1024 * 1024;

}  // namespace

// ---- In

void WebSocketConnection::receive() {
  is_receiving_ = true;
  std::array<char, kReceiveBuffer> buffer;
  for (int i = 0; i < kMaxReads && phase_ != Phase::over; ++i) {
    const IoResult result = channel_->read(buffer);
    if (result.state == IoResult::State::blocked) break;
    if (result.state != IoResult::State::moved) {
      input_ended();
      break;
    }
    last_received_ = now();
    if (std::exchange(awaits_pong_, false)) arm_timer();
    feed({buffer.data(), result.bytes});
    if (result.bytes < buffer.size()) break;
  }
  is_receiving_ = false;
  if (wants_pump_) pump();
}

// The client has closed or reset the connection, or the server has closed it.
void WebSocketConnection::input_ended() {
  is_receiving_ = false;
  if (phase_ == Phase::ending) pump();
  finish(StreamEnd::client_gone);
}

void WebSocketConnection::feed(std::string_view bytes) {
  while (phase_ == Phase::open || phase_ == Phase::closing) {
    const MessageReader::Event event = reader_.read(bytes);
    if (event.kind == MessageReader::Kind::none) {
      const bool was_inside = is_inside_message_;
      is_inside_message_ = reader_.is_inside_message();
      if (!is_inside_message_ || was_inside) return;
      message_since_ = now();
      return arm_timer();
    }
    if (event.kind == MessageReader::Kind::text || event.kind == MessageReader::Kind::binary)
      is_inside_message_ = false;
    handle(event);
  }
  dropped_bytes_ += bytes.size();
  if (dropped_bytes_ > kMaxDropped) finish();
}

void WebSocketConnection::handle(const MessageReader::Event& event) {
  using Kind = MessageReader::Kind;
  switch (event.kind) {
    case Kind::none:
      return;
    case Kind::text:
    case Kind::binary:
      if (is_too_fast(messages_in_window_, limits_.max_messages))
        return fail(CloseCode::policy_violation, "The client sends too many messages.");
      return handle_message(event);
    case Kind::ping:
    case Kind::pong:
      if (is_too_fast(control_frames_in_window_, limits_.max_control_frames))
        return fail(CloseCode::policy_violation, "The client sends too many control frames.");
      if (event.kind == Kind::pong) return;
      writer_.queue_pong(event.data);
      return schedule_pump();
    case Kind::close:
      return peer_closed(event);
    case Kind::error:
      return fail(event.code, event.data);
  }
}

void WebSocketConnection::handle_message(const MessageReader::Event& event) {
  if (phase_ != Phase::open) return;
  call_handler([&](WebSocketHandler& handler) {
    if (event.kind == MessageReader::Kind::text)
      handler.message(event.data);
    else
      handler.binary_message(event.data);
  });
}

bool WebSocketConnection::is_too_fast(std::uint32_t& count, std::uint32_t max) {
  if (const SteadyTime time = now(); time - window_began_ >= limits_.rate_window) {
    window_began_ = time;
    messages_in_window_ = control_frames_in_window_ = 0;
  }
  return ++count > max;
}

// Answers with the client's own code (section 5.5.1).
void WebSocketConnection::peer_closed(const MessageReader::Event& event) {
  writer_.close(event.code, {}, WebSocketWriter::When::at_once);
  leave(Phase::ending, event.code, StreamEnd::complete);
  schedule_pump();
}

// ---- Out

void WebSocketConnection::schedule_pump() {
  if (std::exchange(wants_pump_, true) || is_receiving_) return;
  boost::asio::post(loop_.executor(), [self = shared_from_this()] {
    if (self->wants_pump_) self->pump();
  });
}

void WebSocketConnection::pump() {
  wants_pump_ = false;
  if (phase_ == Phase::over || awaits_writable_ || !channel_) return;
  const std::uint64_t before = channel_->written();
  const bool was_full = is_full_;
  WebSocketWriter::Progress progress;
  for (;;) {
    progress = writer_.pump(*channel_);
    if (progress == WebSocketWriter::Progress::shown)
      source_has_ended();
    else if (progress == WebSocketWriter::Progress::lost)
      fail(CloseCode::source_lost, "The stream was interrupted. Reconnect and resume.",
           StreamEnd::source_lost);
    else
      break;
  }
  wants_pump_ = false;
  drop_old_sources();
  if (channel_->written() != before) is_full_ = false;
  using Progress = WebSocketWriter::Progress;
  if (progress == Progress::broken) return finish(StreamEnd::client_gone);
  if (progress == Progress::full || progress == Progress::more) return await_writable();
  is_full_ = false;
  if (was_full) arm_timer();  // other times are due again
  const bool is_last = progress == Progress::closed && phase_ == Phase::ending;
  if (is_last && !std::exchange(has_finished_sending_, true)) channel_->finish_sending();
}

void WebSocketConnection::await_writable() {
  awaits_writable_ = true;
  if (!is_full_) {
    is_full_ = true;
    full_since_ = now();
    arm_timer();
  }
  channel_->wait(ByteChannel::Wait::writable, [self = shared_from_this()] {
    self->awaits_writable_ = false;
    self->pump();
  });
}

// The source may be the caller, and the handler is never called from inside a call of its own.
void WebSocketConnection::source_has_ended() {
  boost::asio::post(loop_.executor(), [self = shared_from_this(), shows = shows_] {
    if (self->phase_ != Phase::open || self->shows_ != shows) return;
    self->writer_.drop_old_sources();
    self->call_handler([](WebSocketHandler& handler) { handler.shown(); });
    self->close_if_drained();
  });
}

void WebSocketConnection::drop_old_sources() {
  if (!writer_.has_old_sources()) return;
  boost::asio::post(loop_.executor(), [self = shared_from_this()] { self->writer_.drop_old_sources(); });
}

// ---- Time

// One timer for all that is awaited. It is set for the first time at which something may be due; when it fires, what is
// due is done, and it is set again.
void WebSocketConnection::arm_timer() {
  SteadyTime due;
  if (phase_ == Phase::open) {
    due = awaits_pong_ ? pinged_ + limits_.pong_deadline : last_received_ + limits_.ping_interval;
    if (is_full_) due = full_since_ + limits_.stalled_limit;
    if (is_inside_message_) due = std::min(due, message_since_ + limits_.message_deadline);
  } else {
    due = left_open_ + limits_.close_deadline;
  }
  const auto left = std::chrono::duration_cast<Milliseconds>(due - now());
  timer_.arm(std::max(left, TimerWheel::kTick));
}

void WebSocketConnection::timer_fired() {
  const SteadyTime time = now();
  if (phase_ != Phase::open) {
    if (time - left_open_ >= limits_.close_deadline) return finish();
    return arm_timer();
  }
  if (is_inside_message_ && time - message_since_ >= limits_.message_deadline)
    return fail(CloseCode::policy_violation, "The message did not arrive in time.");
  if (is_full_) {
    if (time - full_since_ >= limits_.stalled_limit)
      return fail(CloseCode::too_slow, "The client reads too slowly.", StreamEnd::stalled);
  } else if (awaits_pong_) {
    if (time - pinged_ >= limits_.pong_deadline) return finish(StreamEnd::client_gone);
  } else if (time - last_received_ >= limits_.ping_interval) {
    awaits_pong_ = true;
    pinged_ = time;
    writer_.queue_ping();
    pump();
  }
  if (phase_ != Phase::over) arm_timer();
}

}  // namespace belay::transport
