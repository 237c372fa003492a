// Chooses what a plain connection speaks by its first bytes: HTTP/2, if they are the beginning of its preface
// ("prior knowledge", RFC 9113, section 3.3), else HTTP/1.1.
//
// The bytes are looked at, not taken. No method of HTTP/1.1 begins as the preface does, so four bytes are enough. A
// connection counts as open while it has not sent them, and is closed at Config::header_deadline. Loop thread
// only. Owned by the listener.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "base/loop.hpp"
#include "transport/config.hpp"
#include "transport/connection_purpose.hpp"
#include "transport/observer.hpp"
#include "transport/socket_channel.hpp"
#include "transport/tls/application_protocol.hpp"

namespace belay::transport {

class PrefaceChoice {
 public:
  using Serve = std::function<void(ApplicationProtocol, std::string peer, ConnectionPurpose,
                                   SocketChannel::Socket socket)>;
  struct Parts {
    Loop& loop;
    const Config& config;
    OpenCounts& counts;
    Serve serve;
  };
  explicit PrefaceChoice(Parts parts) : parts_(std::move(parts)) {}
  ~PrefaceChoice() { close(); }
  PrefaceChoice(const PrefaceChoice&) = delete;
  PrefaceChoice& operator=(const PrefaceChoice&) = delete;

  // `purpose`: serve or serve_health.
  void start(std::string peer, ConnectionPurpose purpose, SocketChannel::Socket socket);
  // Closes all that have not chosen.
  void close();

 private:
  struct Pending;
  using Place = std::list<std::shared_ptr<Pending>>::iterator;

  void wait(const std::shared_ptr<Pending>& pending);
  void look(const std::shared_ptr<Pending>& pending);
  void choose(const std::shared_ptr<Pending>& pending, ApplicationProtocol protocol);
  void remove(const std::shared_ptr<Pending>& pending);

  const Parts parts_;
  std::list<std::shared_ptr<Pending>> pending_;
};

}  // namespace belay::transport
