// The TLS handshakes of one listener: from an accepted connection to a channel that a driver serves.
//
// A connection that has sent nothing costs its socket and a small object; OpenSSL's memory is taken with its first
// byte. It counts as an open connection from the start, and as a handshake until it is handed on. Everything ends at
// TlsConfig::handshake_deadline.
//
// Loop thread only. Owned by the listener. What it refers to outlives it.
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
#include "transport/tls/tls_channel.hpp"

namespace belay::transport {

class Handshakes {
 public:
  // Takes a connection whose handshake is done.
  using Serve =
      std::function<void(ApplicationProtocol, std::string peer, ConnectionPurpose, TlsChannel channel)>;
  struct Parts {
    Loop& loop;
    const Config& config;
    TlsServer& server;
    OpenCounts& counts;
    TransportObserver& observer;
    Serve serve;
  };
  explicit Handshakes(Parts parts) : parts_(std::move(parts)) {}
  ~Handshakes() { close(); }
  Handshakes(const Handshakes&) = delete;
  Handshakes& operator=(const Handshakes&) = delete;

  // Whether as many are in progress as there may be, over all loops.
  bool full() const { return parts_.server.handshakes().total() >= parts_.server.config().max_handshakes; }

  // Begins over a channel that is made of `arguments`. `purpose`: serve or serve_health.
  template <class Inner, class... Arguments>
  void start(std::string peer, ConnectionPurpose purpose, Arguments&&... arguments) {
    begin(std::make_shared<TlsSessionOver<Inner>>(parts_.loop, parts_.server,
                                                  std::forward<Arguments>(arguments)...),
          std::move(peer), purpose);
  }
  // Closes all of them.
  void close();

 private:
  struct Pending;
  using Place = std::list<std::shared_ptr<Pending>>::iterator;

  void begin(std::shared_ptr<TlsSession> session, std::string peer, ConnectionPurpose purpose);
  void wait(const std::shared_ptr<Pending>& pending);
  void proceed(const std::shared_ptr<Pending>& pending);
  void hand_on(const std::shared_ptr<Pending>& pending);
  void answer_plain_http(const std::shared_ptr<Pending>& pending);
  void drop_input(const std::shared_ptr<Pending>& pending);
  void fail(const std::shared_ptr<Pending>& pending, HandshakeEnd end);
  void remove(const std::shared_ptr<Pending>& pending);

  const Parts parts_;
  std::list<std::shared_ptr<Pending>> pending_;
};

}  // namespace belay::transport
