// A connection's bytes: waits, receives, writes, and the deadline that ends a wait.
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

void Connection::timer_fired() {
  if (stream_) return stream_timer_fired();
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

// False: closed, timed out (timed_out_ says so) or broken.
Awaitable<bool> Connection::wait(boost::asio::socket_base::wait_type what) {
  boost::system::error_code error;
  auto token = boost::asio::redirect_error(use_awaitable, error);
  if (!timed_out_) co_await socket_.async_wait(what, token);
  co_return !closed_ && !timed_out_ && !error;
}

void Connection::feed(RequestReader& reader, std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const std::size_t more = reader.push(bytes.substr(taken));
    if (more == 0) break;
    taken += more;
  }
  ahead_.append(bytes.substr(taken));
}

Awaitable<Connection::Received> Connection::receive(RequestReader& reader) {
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

// Sends head and body; `sent` counts the bytes. False: the client took nothing for too long, or is gone.
Awaitable<bool> Connection::write(std::string head, std::string body, std::uint64_t& sent) {
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

// Says that nothing more comes, and reads the client's rest for a while: closing with unread bytes would
// reset the connection, and the client might never see the answer.
Awaitable<void> Connection::linger() {
  const Milliseconds limit = state_->config.linger_limit;
  std::uint64_t left = state_->config.most_lingering.value;
  if (limit.count() == 0) co_return;
  ahead_ = std::string();
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
