#include "providers/http/http1/client_socket.hpp"

#include <cerrno>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace belay::providers {
namespace {

void switch_on(int socket, int level, int option) {
  const int on = 1;
  setsockopt(socket, level, option, &on, sizeof on);
}

Transferred failed(int error) {
  return {Transferred::Outcome::failed, 0, error};
}

}  // namespace

int ClientSocket::connect(const NetworkAddress& address) {
  *this = ClientSocket();
  socket_ = FileDescriptor(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_) return errno;
  switch_on(number(), IPPROTO_TCP, TCP_NODELAY);
  switch_on(number(), SOL_SOCKET, SO_KEEPALIVE);
  if (::connect(number(), address.get(), address.size) == 0 || errno == EINPROGRESS) return 0;
  const int error = errno;
  close();
  return error;
}

int ClientSocket::outcome_of_connect() const {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(number(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void ClientSocket::note(std::uint32_t events) {
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) may_read_ = true;
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) may_write_ = true;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ending_ = true;
}

Transferred ClientSocket::read(std::span<char> buffer) {
  while (may_read_) {
    const ssize_t count = recv(number(), buffer.data(), buffer.size(), 0);
    if (count == 0) return {Transferred::Outcome::closed};
    if (count > 0) {
      const auto size = static_cast<std::size_t>(count);
      // What comes later is another event (epoll(7), questions 9). An end that was announced is no event any
      // more.
      if (size < buffer.size() && !ending_) may_read_ = false;
      return {Transferred::Outcome::some, size};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      may_read_ = false;
    } else if (errno != EINTR) {
      return failed(errno);
    }
  }
  return {};
}

Transferred ClientSocket::write(std::span<const iovec> parts) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  while (may_write_) {
    const ssize_t count = sendmsg(number(), &message, MSG_NOSIGNAL);
    if (count >= 0) return {Transferred::Outcome::some, static_cast<std::size_t>(count)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      may_write_ = false;
    } else if (errno != EINTR) {
      return failed(errno);
    }
  }
  return {};
}

void ClientSocket::close() {
  *this = ClientSocket();
}

}  // namespace belay::providers
