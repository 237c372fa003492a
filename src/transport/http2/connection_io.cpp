// A connection's input and output.
#include "transport/http2/connection.hpp"

namespace belay::transport {
namespace {

// Reads and writes in a row. After that, other connections get their turn.
constexpr int kMaxReads = 4;
constexpr int kMaxWrites = 8;
// While the channel is full, and this many frames wait, nothing is read that would need an answer.
constexpr std::size_t kMaxQueuedFrames = 1000;

}  // namespace

void Http2Connection::await_readable() {
  if (awaits_readable_ || is_closed_) return;
  if (awaits_writable_ && session_->queued_frames() > kMaxQueuedFrames) return;
  awaits_readable_ = true;
  channel_.wait(ByteChannel::Wait::readable, [self = shared_from_this()] {
    self->awaits_readable_ = false;
    if (self->is_closed_) return;
    if (self->lingering_) return self->on_readable_while_lingering();
    self->on_readable();
  });
}

void Http2Connection::on_readable() {
  for (int reads = 0; reads < kMaxReads && !has_ended_; ++reads) {
    auto& buffer = *state_->received;
    const IoResult result = channel_.read(buffer);
    if (result.state == IoResult::State::ended || result.state == IoResult::State::broken)
      return close(ByteChannel::Close::clean, StreamEnd::client_gone);
    if (result.state == IoResult::State::blocked) break;
    if (!receive({buffer.data(), result.bytes})) break;
  }
  flush();
}

// False: the session has ended.
bool Http2Connection::receive(std::string_view bytes) {
  last_received_ = loop_.clock().steady();
  const FrameCheck::Found found = check_.push(bytes);
  if (!session_->receive(bytes.substr(0, found.good))) has_ended_ = true;
  bool is_flood = false;
  for (std::size_t i = 0; i < found.useless && !is_flood; ++i)
    is_flood = !flood_.control_frame(last_received_);
  if (is_flood) end(Http2Error::calm_down);
  if (found.error) end(*found.error);
  return !has_ended_;
}

void Http2Connection::flush_soon() {
  if (is_closed_ || std::exchange(is_flush_posted_, true)) return;
  loop_.post([self = shared_from_this()] {
    self->is_flush_posted_ = false;
    if (!self->is_closed_) self->flush();
  });
}

void Http2Connection::flush() {
  const auto self = shared_from_this();
  pump();
  if (!is_closed_ && !ending_.empty()) end_streams_now();
  if (!is_closed_) after_io();
}

// Streams that are to be ended get their last message in front of the session, behind all that was ready before.
void Http2Connection::end_streams_now() {
  const auto ending = std::exchange(ending_, {});
  for (const auto& stream : ending) stream->begin_end();
  pump();
  if (is_closed_) return;
  for (const auto& stream : ending) stream->finish_end();
  pump();
}

void Http2Connection::pump() {
  if (awaits_writable_) return;
  for (int writes = 0; writes < kMaxWrites && !is_closed_; ++writes) {
    if (!unsent_.empty()) {
      const std::string rest = std::exchange(unsent_, {});
      if (!write(rest)) return;
    }
    std::string& batch = state_->batch;
    batch.clear();
    if (!session_->send(batch, Http2State::kBatch)) has_ended_ = true;
    if (batch.empty()) return;
    if (!write(batch)) return;
  }
  if (!is_closed_ && session_->wants_to_send()) flush_soon();
}

// False: nothing more can be written now. The rest is kept.
bool Http2Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const IoResult result = channel_.write({&piece, 1});
    if (result.state == IoResult::State::broken) {
      close(ByteChannel::Close::clean, StreamEnd::client_gone);
      return false;
    }
    if (result.state != IoResult::State::moved) {
      unsent_ = bytes;
      if (!blocked_) blocked_ = loop_.clock().steady();
      await_writable();
      return false;
    }
    bytes.remove_prefix(result.bytes);
    blocked_.reset();
  }
  return true;
}

void Http2Connection::await_writable() {
  if (std::exchange(awaits_writable_, true)) return;
  channel_.wait(ByteChannel::Wait::writable, [self = shared_from_this()] {
    self->awaits_writable_ = false;
    if (!self->is_closed_) self->flush();
  });
}

// Streams were closed, requests have arrived, or the session is over.
void Http2Connection::after_io() {
  // Handlers may run inside of these calls. What they submit is flushed soon.
  for (const auto& [stream, end] : std::exchange(closed_streams_, {})) stream->detach(end);
  for (const auto& stream : std::exchange(starting_, {}))
    if (!is_closed_) stream->start();
  if (is_closed_) return;
  has_ended_ = has_ended_ || (!session_->wants_to_receive() && !session_->wants_to_send());
  if (!has_ended_) {
    await_readable();
  } else if (!lingering_) {
    drop_streams(StreamEnd::client_noisy);
    if (!is_closed_ && unsent_.empty() && !session_->wants_to_send()) return linger();
  }
  if (!is_closed_) arm_timer();
}

// Closes the sending half, and drops what the client still sends. Closing a socket with unread bytes would reset
// the connection, and the client might never see the GOAWAY.
void Http2Connection::linger() {
  if (state_->config.linger_limit.count() == 0) return close();
  lingering_ = loop_.clock().steady();
  channel_.finish_sending();
  await_readable();
  arm_timer();
}

void Http2Connection::on_readable_while_lingering() {
  auto& buffer = *state_->received;
  const IoResult result = channel_.read(buffer);
  if (result.state == IoResult::State::moved) lingered_ += result.bytes;
  const bool is_over = result.state != IoResult::State::moved && result.state != IoResult::State::blocked;
  if (is_over || lingered_ > state_->config.max_lingering.value) return close();
  await_readable();
}

}  // namespace belay::transport
