// One listening socket on one loop: it accepts connections and gives them to a driver (HTTP/1.1), with TLS after
// their handshakes.
//
// There is one listener per loop and address. Those of one address share its port (SO_REUSEPORT). The kernel
// distributes connections over them, and a connection stays on its loop until it closes. They share only
// read-only objects (config, dispatcher) and thread-safe ones (observer, counts, random).
//
// Threads: everything here happens on the loop's thread, or while the loop does not run. Owner: app. The
// objects it refers to outlive it. It is destroyed before its loop. A handler that is still running then runs
// to its end, and its answer is dropped.
//
// Shutdown, in this order: stop_accepting(), drain(), wait for OpenCounts or a deadline, cut_streams(),
// close() or destruction.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/loop.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "transport/config.hpp"
#include "transport/dispatcher.hpp"
#include "transport/observer.hpp"

namespace belay::transport {

class TlsServer;  // transport/tls/tls_server.hpp

class Listener {
 public:
  struct Parts {
    Loop& loop;
    const Config& config;
    const Dispatcher& dispatcher;
    TransportObserver& observer;
    OpenCounts& counts;
    Random& random;
    TlsServer* tls = nullptr;  // null: without TLS
  };

  // Everything that RoutingDispatcher::make() and listen() would refuse on this machine, except a port that is
  // taken. Each error's `field` is the setting: "address", "cors.allowed_origins". Does not listen.
  static std::vector<Error> check(const Config& config);
  explicit Listener(const Parts& parts);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Whether the port is free. The listeners of one process share a port, and would otherwise share it with
  // another process too.
  static Result<> check_port_is_free(const Config& config, std::uint16_t port);
  // Binds Config::address and this port, and accepts connections from now on. Port 0: the kernel chooses a
  // free one. Returns the actual port; the listeners of the other loops must use the same one.
  Result<std::uint16_t> listen(std::uint16_t port);

  // Closes the listening socket. New connections are accepted by the other listeners of the port, or the kernel
  // refuses them.
  void stop_accepting();
  // From now on every connection closes after its current answer. Idle connections are closed at once.
  // Streams continue.
  void drain();
  // Cuts every stream so that its client notices and reconnects. An event stream first gets a `retry:` of its
  // own: a random time from `retry_base` to twice that. The end is never clean.
  void cut_streams(Milliseconds retry_base);
  // Closes all connections at once.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared only with an accept operation that is being cancelled
};

}  // namespace belay::transport
