// For tests: a client of HTTP/1.1 that sends and receives literal bytes, over a real socket or a TestWire, without
// TLS or inside it.
#pragma once

#include <arpa/inet.h>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "transport/http1/test_channel.hpp"
#include "transport/tls/test_tls_client.hpp"

namespace belay::transport {

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer != 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << strerror(errno);
  }
  explicit Client(std::shared_ptr<TestWire> wire) : wire_(std::move(wire)) {}
  ~Client() { close(); }
  Client(const Client&) = delete;

  // Everything that is sent and received from now on is inside TLS.
  void use_tls() { tls_ = std::make_unique<TestTlsClient>(); }

  void send(std::string_view bytes) { EXPECT_EQ(try_send(bytes), bytes.size()); }
  // Returns how many bytes were taken: the server may already have closed, or not read. TLS takes all or nothing.
  std::size_t try_send(std::string_view bytes) {
    if (!tls_) return send_plain(bytes);
    if (encrypted_.size() > kMaxEncrypted) return 0;
    tls_->write(bytes);
    send_encrypted();
    return bytes.size();
  }
  void receive() {
    if (tls_) send_encrypted();
    while (!paused && !eof && !reset && receive_some(65536) != 0) continue;
  }
  // Returns how many bytes were there, on the wire.
  std::size_t receive_some(std::size_t max) {
    std::string bytes;
    const std::size_t size = receive_plain(max, tls_ ? bytes : got);
    if (tls_) {
      tls_->feed(bytes);
      got += tls_->read();
      send_encrypted();
    }
    return size;
  }
  void finish_sending() {
    if (tls_) {
      tls_->finish();
      send_encrypted();
    }
    if (wire_) return wire_->finish_sending();
    ::shutdown(fd_, SHUT_WR);
  }
  void close() {
    if (wire_) std::exchange(wire_, nullptr)->close();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void close_with_reset() {
    if (wire_) return std::exchange(wire_, nullptr)->reset();
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  bool closed() const { return eof || reset; }
  bool is_open() const { return wire_ || fd_ >= 0; }
  int fd() const { return fd_; }

  std::string got;
  bool paused = false;
  bool eof = false;
  bool reset = false;

 private:
  static constexpr std::size_t kMaxEncrypted = 1024 * 1024;

  void send_encrypted() {
    encrypted_ += tls_->take();
    // An empty write would take the socket's error from the next read.
    if (is_open() && !encrypted_.empty()) encrypted_.erase(0, send_plain(encrypted_));
  }
  std::size_t send_plain(std::string_view bytes) {
    if (wire_) return wire_->send(bytes);
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  std::size_t receive_plain(std::size_t max, std::string& into) {
    if (wire_) {
      const std::string bytes = wire_->receive(max);
      into += bytes;
      reset = wire_->is_reset();
      eof = !reset && wire_->at_end();
      return bytes.size();
    }
    std::string buffer(max, '\0');
    const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) into.append(buffer, 0, static_cast<std::size_t>(count));
    if (count == 0) eof = true;
    if (count < 0 && errno == ECONNRESET) reset = true;
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }

  int fd_ = -1;
  std::shared_ptr<TestWire> wire_;
  std::unique_ptr<TestTlsClient> tls_;
  std::string encrypted_;  // not sent yet
};

}  // namespace belay::transport
