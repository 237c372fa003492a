// A connection's input and output: waiting, receiving, writing, and the deadline that ends a wait.
#include <array>
#include <cerrno>
#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>

#include "transport/http1/connection.hpp"

namespace belay::transport {
namespace {

bool is_transient(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

void Http1Connection::timer_fired() {
  if (stream_) return stream_timer_fired();
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

// False: the connection is closed, timed out (timed_out_ is set) or broken.
Awaitable<bool> Http1Connection::wait(boost::asio::socket_base::wait_type what) {
  boost::system::error_code error;
  auto token = boost::asio::redirect_error(use_awaitable, error);
  if (!timed_out_) co_await socket_.async_wait(what, token);
  co_return !closed_ && !timed_out_ && !error;
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
    const bool readable = co_await wait(boost::asio::socket_base::wait_read);
    if (!closed_ && timed_out_) {
      timed_out_ = false;
      co_return Received::timed_out;
    }
    if (!readable) co_return Received::end;
    auto& buffer = state_->received;
    const ssize_t count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      feed(reader, {buffer.data(), static_cast<std::size_t>(count)});
      co_return Received::some;
    }
    if (count == 0 || !is_transient(errno)) co_return Received::end;
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
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const ssize_t count = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && !is_transient(errno)) co_return false;
    if (count >= 0) {
      const auto taken = static_cast<std::size_t>(count);
      const std::size_t of_first = std::min(taken, first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(taken - of_first);
      sent += taken;
      continue;
    }
    timer_.arm(limit);
    const bool writable = co_await wait(boost::asio::socket_base::wait_write);
    timer_.cancel();
    if (!writable) co_return false;
  }
  co_return true;
}

// Closes the sending half and reads what the client still sends for a while. Closing the socket with unread
// bytes would reset the connection, and the client might never see the answer.
Awaitable<void> Http1Connection::linger() {
  const Milliseconds limit = state_->config.linger_limit;
  std::uint64_t left = state_->config.max_lingering.value;
  if (limit.count() == 0) co_return;
  pipelined_bytes_ = std::string();
  boost::system::error_code error;
  socket_.shutdown(boost::asio::socket_base::shutdown_send, error);
  timed_out_ = false;
  timer_.arm(limit);
  for (;;) {
    const bool readable = co_await wait(boost::asio::socket_base::wait_read);
    if (!readable) co_return;
    auto& buffer = state_->received;
    const ssize_t count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && !is_transient(errno))) co_return;
    if (count < 0) continue;
    if (static_cast<std::uint64_t>(count) >= left) co_return;
    left -= static_cast<std::uint64_t>(count);
  }
}

}  // namespace belay::transport
