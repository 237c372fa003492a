// A connection's input and output: waiting, receiving, writing, and the deadline that ends a wait.
#include <algorithm>
#include <array>

#include <boost/asio/async_result.hpp>

#include "base/release.hpp"
#include "transport/http1/connection.hpp"

namespace belay::transport {

void Http1Connection::timer_fired() {
  if (stream_) return stream_timer_fired();
  timed_out_ = true;
  channel_.cancel_waits();
}

// False: the connection is closed, or it has timed out (timed_out_ is set).
Awaitable<bool> Http1Connection::wait(ByteChannel::Wait what) {
  if (!timed_out_ && !closed_) {
    auto start = [this, what](auto resume) { channel_.wait(what, std::move(resume)); };
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Loop::Executor>, void()>(
        std::move(start), use_awaitable);
  }
  co_return !closed_ && !timed_out_;
}

void Http1Connection::feed(RequestReader& reader, std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const std::size_t more = reader.push(bytes.substr(taken));
    if (more == 0) break;
    taken += more;
  }
  pipelined_bytes_.append(bytes.substr(taken));
}

Awaitable<Http1Connection::Received> Http1Connection::receive(RequestReader& reader) {
  for (;;) {
    const bool readable = co_await wait(ByteChannel::Wait::readable);
    if (!closed_ && timed_out_) {
      timed_out_ = false;
      co_return Received::timed_out;
    }
    if (!readable) co_return Received::end;
    auto& buffer = *state_->received;
    const IoResult result = channel_.read(buffer);
    if (result.state == IoResult::State::moved) {
      feed(reader, {buffer.data(), result.bytes});
      co_return Received::some;
    }
    if (result.state != IoResult::State::blocked) co_return Received::end;
  }
}

// Sends head and body. `sent` counts the bytes. False: the client accepted nothing for too long or has
// disconnected.
Awaitable<bool> Http1Connection::write(std::string head, std::string body, std::uint64_t& sent) {
  std::string_view first = head;
  std::string_view second = body;
  const Milliseconds limit = state_->config.stalled_write_limit;
  while (!first.empty() || !second.empty()) {
    std::array<iovec, 2> pieces = {iovec{const_cast<char*>(first.data()), first.size()},
                                   iovec{const_cast<char*>(second.data()), second.size()}};
    const IoResult result = channel_.write(pieces);
    if (result.state == IoResult::State::moved) {
      const std::size_t of_first = std::min(result.bytes, first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(result.bytes - of_first);
      sent += result.bytes;
      continue;
    }
    if (result.state != IoResult::State::blocked) co_return false;
    timer_.arm(limit);
    const bool writable = co_await wait(ByteChannel::Wait::writable);
    timer_.cancel();
    if (!writable) co_return false;
  }
  co_return true;
}

// Closes the sending half and reads what the client still sends for a while. Closing a socket with unread
// bytes would reset the connection, and the client might never see the answer.
Awaitable<void> Http1Connection::linger() {
  const Milliseconds limit = state_->config.linger_limit;
  std::uint64_t left = state_->config.max_lingering.value;
  if (limit.count() == 0) co_return;
  release(pipelined_bytes_);
  channel_.finish_sending();
  timed_out_ = false;
  timer_.arm(limit);
  for (;;) {
    const bool readable = co_await wait(ByteChannel::Wait::readable);
    if (!readable) co_return;
    auto& buffer = *state_->received;
    const IoResult result = channel_.read(buffer);
    if (result.state == IoResult::State::blocked) continue;
    if (result.state != IoResult::State::moved || result.bytes >= left) co_return;
    left -= result.bytes;
  }
}

}  // namespace belay::transport
