// Whether the client is still there while a handler runs.
//
// The socket is watched for reading. What comes are the client's next requests: kept, to a limit. A closed or
// reset connection is the end. A closed sending half may be either: a client that has gone, or one that sent
// all it has to say and reads on (`nc -N`, a half-closing proxy). It is sent `102 Processing`, which every
// HTTP/1.1 client must be able to skip (RFC 9110, section 15.2): a client that has gone answers with a reset.
#include <cerrno>
#include <sys/socket.h>

#include "transport/http1/connection.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kProcessing = "HTTP/1.1 102 Processing\r\n\r\n";

}  // namespace

void Connection::watch(UniqueFunction<void()> gone) {
  if (closed_) return;
  client_gone_ = std::move(gone);
  ++watch_serial_;
  if (finished_sending_)
    await_reset();
  else
    await_client();
}

void Connection::unwatch() {
  client_gone_ = nullptr;
  ++watch_serial_;
  boost::system::error_code ignored;
  if (!closed_) socket_.cancel(ignored);  // nothing else waits for the socket while a handler runs
}

bool Connection::watches(std::uint32_t serial) const {
  return !closed_ && client_gone_ && watch_serial_ == serial;
}

void Connection::await_client() {
  socket_.async_wait(boost::asio::socket_base::wait_read, [self = shared_from_this(), serial = watch_serial_](
                                                              const boost::system::error_code& error) {
    if (!self->watches(serial)) return;
    if (error) return self->client_is_gone();
    self->client_moved();
  });
}

// The socket stays readable from here on: only its end is of interest.
void Connection::await_reset() {
  socket_.async_wait(boost::asio::socket_base::wait_error,
                     [self = shared_from_this(), serial = watch_serial_](const boost::system::error_code&) {
                       if (self->watches(serial)) self->client_is_gone();
                     });
}

void Connection::client_moved() {
  auto& buffer = state_->received;
  const ssize_t count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count == 0) return client_finished_sending();
  const bool transient = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  if (count < 0 && !transient) return client_is_gone();
  if (count > 0) ahead_.append(buffer.data(), static_cast<std::size_t>(count));
  // Whoever sends so much ahead is there. No more is read; a reset is still seen.
  if (ahead_.size() > state_->config.most_sent_during_stream.value) return await_reset();
  await_client();
}

void Connection::client_finished_sending() {
  finished_sending_ = true;
  if (!takes_interim_) return client_is_gone();
  const ssize_t sent =
      ::send(socket_.native_handle(), kProcessing.data(), kProcessing.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(kProcessing.size())) return await_reset();
  // It takes no answer, or has a torn one: nothing can be sent to it any more.
  client_is_gone();
  close();
}

void Connection::client_is_gone() {
  auto gone = std::exchange(client_gone_, nullptr);
  gone();
}

}  // namespace belay::transport
