#include "transport/socket_channel.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace belay::transport {
namespace {

using boost::system::error_code;

// About the size of a token with its framing. Copying such pieces into one buffer costs less than a gathering
// write.
constexpr std::size_t kMaxCopied = 512;

// Copies the pieces into `out` and returns their size. Returns 0 when they are too large.
std::size_t copy_if_small(std::span<const iovec> pieces, std::array<char, kMaxCopied>& out) {
  std::size_t size = 0;
  for (const iovec& piece : pieces) {
    if (piece.iov_len > out.size() - size) return 0;
    std::memcpy(out.data() + size, piece.iov_base, piece.iov_len);
    size += piece.iov_len;
  }
  return size;
}

IoResult failed(int error) {
  const bool blocked = error == EAGAIN || error == EWOULDBLOCK;
  return {blocked ? IoResult::State::blocked : IoResult::State::broken};
}

boost::asio::socket_base::wait_type kind_of(ByteChannel::Wait what) {
  switch (what) {
    case ByteChannel::Wait::readable:
      return boost::asio::socket_base::wait_read;
    case ByteChannel::Wait::writable:
      return boost::asio::socket_base::wait_write;
    case ByteChannel::Wait::broken:
      return boost::asio::socket_base::wait_error;
  }
  return boost::asio::socket_base::wait_error;
}

}  // namespace

SocketChannel::SocketChannel(Socket socket, ByteCount send_buffer) : socket_(std::move(socket)) {
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  const auto size = static_cast<int>(send_buffer.value);
  if (size != 0) socket_.set_option(boost::asio::socket_base::send_buffer_size(size), ignored);
}

IoResult SocketChannel::read(std::span<char> out) {
  for (;;) {
    const ssize_t count = ::recv(socket_.native_handle(), out.data(), out.size(), MSG_DONTWAIT);
    if (count > 0) return {IoResult::State::moved, static_cast<std::size_t>(count)};
    if (count == 0) return {IoResult::State::ended};
    if (errno != EINTR) return failed(errno);
  }
}

IoResult SocketChannel::write_some(std::span<const iovec> pieces) {
  const int socket = socket_.native_handle();
  std::array<char, kMaxCopied> small;
  const std::size_t copied = copy_if_small(pieces, small);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  for (;;) {
    const ssize_t count = copied != 0 ? ::send(socket, small.data(), copied, MSG_NOSIGNAL | MSG_DONTWAIT)
                                      : ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) return {IoResult::State::moved, static_cast<std::size_t>(count)};
    if (count == 0) return {IoResult::State::broken};
    if (errno != EINTR) return failed(errno);
  }
}

void SocketChannel::wait(Wait what, UniqueFunction<void()> ready) {
  socket_.async_wait(kind_of(what), [ready = std::move(ready)](const error_code&) mutable { ready(); });
}

void SocketChannel::cancel_waits() {
  error_code ignored;
  socket_.cancel(ignored);
}

void SocketChannel::finish_sending() {
  error_code ignored;
  socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
}

void SocketChannel::close(Close how) {
  error_code ignored;
  if (how == Close::reset) socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace belay::transport
