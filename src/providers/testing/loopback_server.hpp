// A server on a loopback port, for tests of clients. A function of the test serves each connection on its own
// thread, and reads and writes literal bytes.
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace belay::providers {

// One accepted connection, plain or TLS. Blocking; used on its own thread.
class ServedConnection {
 public:
  explicit ServedConnection(int socket, SSL* tls = nullptr) : socket_(socket), tls_(tls) {}
  ~ServedConnection() {
    if (tls_) SSL_free(tls_);
    close(socket_);
  }
  ServedConnection(const ServedConnection&) = delete;
  ServedConnection& operator=(const ServedConnection&) = delete;

  // Reads the bytes that have arrived. Empty if the client has closed.
  std::string read_some() {
    char buffer[16 << 10];
    const auto count = tls_ ? SSL_read(tls_, buffer, sizeof buffer)
                            : static_cast<int>(recv(socket_, buffer, sizeof buffer, 0));
    return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
  }

  // Reads the next request, head and body. Empty if the client has closed.
  std::string read_request() {
    std::string request;
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
      const std::string part = read_some();
      if (part.empty()) return {};
      request += part;
      if (wanted != std::string::npos) continue;
      const std::size_t head = request.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t length = request.find("Content-Length: ");
      wanted = head + 4 + (length < head ? std::stoul(request.substr(length + 16, 20)) : 0);
    }
    return request;
  }

  // Returns false if the client has closed.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = tls_ ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                              : static_cast<int>(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  bool write_chunk(std::string_view data) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    return write(size + std::string(data) + "\r\n");
  }

  // Waits until the client closes or resets its side. Returns false after ten seconds, which no test should
  // need.
  bool wait_closed() {
    pollfd entry{socket_, POLLIN, 0};
    for (;;) {
      if (poll(&entry, 1, 10'000) != 1) return false;
      char buffer[4096];
      const auto count = recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) return true;
    }
  }

  // Closes this side only: the client reads an end, and may go on writing.
  void half_close() { shutdown(socket_, SHUT_WR); }

  // Says in TLS that nothing more comes. Without it, the end of the connection is a cut.
  void end_tls() {
    if (tls_) SSL_shutdown(tls_);
  }
  bool tls_was_resumed() const { return tls_ && SSL_session_reused(tls_) == 1; }

  // Ends the connection with a reset instead of a normal close.
  void reset_at_end() {
    const linger abrupt{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
  }

 private:
  int socket_;
  SSL* tls_;
};

class LoopbackServer {
 public:
  using Serve = std::function<void(ServedConnection&)>;

  // With `tls`, which must outlive the server, connections use TLS. A failed handshake is counted, and its
  // connection is not served.
  explicit LoopbackServer(Serve serve, SSL_CTX* tls = nullptr) : serve_(std::move(serve)), tls_(tls) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no loopback port");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~LoopbackServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
    {
      // A thread may be waiting for another request on a connection that the client keeps open.
      const std::lock_guard lock(mutex_);
      for (const int open : open_) shutdown(open, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }

  std::string address(std::string_view scheme = "http") const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_);
  }
  int connections() const { return connections_; }
  int failed_handshakes() const { return failed_handshakes_; }

 private:
  void accept_all() {
    for (;;) {
      const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) return;
      ++connections_;
      {
        const std::lock_guard lock(mutex_);
        open_.insert(accepted);
      }
      threads_.emplace_back([this, accepted] {
        SSL* tls = nullptr;
        if (tls_) {
          tls = SSL_new(tls_);
          SSL_set_fd(tls, accepted);
        }
        const auto connection = std::make_unique<ServedConnection>(accepted, tls);
        if (tls && SSL_accept(tls) != 1) {
          ++failed_handshakes_;
        } else {
          serve_(*connection);
        }
        const std::lock_guard lock(mutex_);
        open_.erase(accepted);
      });
    }
  }

  const Serve serve_;
  SSL_CTX* const tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<int> failed_handshakes_{0};
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> threads_;  // used by the acceptor thread until it has ended
  std::thread acceptor_;
};

}  // namespace belay::providers
