#include "providers/http/http1/connection.hpp"

#include <cstring>
#include <sys/epoll.h>

namespace belay::providers {

Server Server::of(UrlParts url, std::string ca_file) {
  std::string key = url.origin;
  if (url.https) key += "\n" + ca_file;
  return {std::move(url), std::move(ca_file), std::move(key)};
}

int Connection::connect(const NetworkAddress& address) {
  close();
  if (const int error = socket_.connect(address)) return error;
  sockets_.add(socket_.number(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
  return 0;
}

Connection::Progress Connection::finish_connect() {
  if (connected_) return Progress::open;
  if (!socket_.may_write()) return Progress::working;
  if (const int error = socket_.outcome_of_connect()) {
    cause_ = strerrordesc_np(error);
    return Progress::not_connected;
  }
  connected_ = true;
  return Progress::open;
}

void Connection::start_tls(const Server& server, std::shared_ptr<const TlsContext> context,
                           TlsSessions& sessions) {
  tls_.emplace(socket_, std::move(context),
               TlsStream::Server{server.url.origin, server.url.host, server.url.host_is_address}, sessions);
}

Connection::Progress Connection::finish_tls() {
  const TlsStream::Handshake handshake = tls_->handshake();
  if (handshake == TlsStream::Handshake::done) return Progress::open;
  if (handshake == TlsStream::Handshake::blocked) return Progress::working;
  cause_ = tls_->cause();
  return handshake == TlsStream::Handshake::bad_certificate ? Progress::bad_certificate
                                                            : Progress::tls_failed;
}

Transferred Connection::read(std::span<char> buffer) {
  const Transferred got = tls_ ? tls_->read(buffer) : socket_.read(buffer);
  sockets_.count(got.size);
  return got;
}

Transferred Connection::write(std::span<const iovec> parts) {
  if (!tls_) return socket_.write(parts);
  return tls_->write({static_cast<const char*>(parts[0].iov_base), parts[0].iov_len});
}

void Connection::close() {
  if (!socket_.is_open()) return;
  sockets_.remove(socket_.number(), *this);
  socket_.close();
  tls_.reset();
  connected_ = false;
}

void Connection::on_events(std::uint32_t events) {
  socket_.note(events);
  if (user_) user_->on_ready();
}

}  // namespace belay::providers
