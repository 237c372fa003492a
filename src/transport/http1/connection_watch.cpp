// Whether the client is still connected while a handler runs.
//
// The channel is watched for reading. Bytes that arrive are the client's next requests: they are kept, up to a
// limit. A closed or reset connection means that the client is gone. A closed sending half can mean two
// things: the client is gone, or it has sent everything and still reads (`nc -N`, a half-closing proxy). The
// server then sends `102 Processing`. Every HTTP/1.1 client must be able to skip it (RFC 9110, section 15.2).
// A client that is gone answers with a reset.
#include "transport/http1/connection.hpp"

namespace belay::transport {

void Http1Connection::watch(UniqueFunction<void()> gone) {
  if (closed_ || reads_body_) return;
  client_gone_ = std::move(gone);
  ++watch_serial_;
  if (finished_sending_)
    await_reset();
  else
    await_client();
}

void Http1Connection::unwatch() {
  client_gone_ = nullptr;
  ++watch_serial_;
  if (!closed_) channel_.cancel_waits();  // it is the channel's only wait while a handler runs
}

bool Http1Connection::watches(std::uint32_t serial) const {
  return !closed_ && client_gone_ && watch_serial_ == serial;
}

void Http1Connection::await_client() {
  channel_.wait(ByteChannel::Wait::readable, [self = shared_from_this(), serial = watch_serial_] {
    if (self->watches(serial)) self->on_client_event();
  });
}

// From here on the channel stays readable. Only its end matters.
void Http1Connection::await_reset() {
  channel_.wait(ByteChannel::Wait::broken, [self = shared_from_this(), serial = watch_serial_] {
    if (self->watches(serial)) self->client_is_gone();
  });
}

void Http1Connection::on_client_event() {
  auto& buffer = *state_->received;
  const IoResult result = channel_.read(buffer);
  if (result.state == IoResult::State::ended) return client_finished_sending();
  if (result.state == IoResult::State::broken) return client_is_gone();
  pipelined_bytes_.append(buffer.data(), result.bytes);
  // A client that sends this much ahead is connected. No more is read, but a reset is still noticed.
  if (pipelined_bytes_.size() > state_->config.max_sent_during_stream.value) return await_reset();
  await_client();
}

void Http1Connection::client_finished_sending() {
  finished_sending_ = true;
  if (!takes_interim_) return client_is_gone();
  const iovec text{const_cast<char*>(kProcessing.data()), kProcessing.size()};
  const std::size_t sent = channel_.write({&text, 1}).bytes;
  if (sent == 0) return client_is_gone();
  unsent_interim_ = static_cast<std::uint8_t>(kProcessing.size() - sent);  // goes out before the answer
  await_reset();
}

void Http1Connection::client_is_gone() {
  auto gone = std::exchange(client_gone_, nullptr);
  gone();
}

}  // namespace belay::transport
