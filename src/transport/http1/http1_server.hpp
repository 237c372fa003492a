// HTTP/1.1 on one loop. It accepts connections, reads requests strictly, calls the router's handlers, and
// sends their answers, streams included.
//
// There is one server per loop. Each has its own listening socket on the same address (SO_REUSEPORT). The
// kernel distributes connections over these sockets, and a connection stays on its loop until it closes. The
// servers share only read-only objects (config, router) and thread-safe ones (observer, counts, random).
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
#include "transport/observer.hpp"
#include "transport/router.hpp"

namespace belay::transport {

class Http1Server {
 public:
  struct Parts {
    Loop& loop;
    const Config& config;
    const Router& router;
    TransportObserver& observer;
    OpenCounts& counts;
    Random& random;
  };

  // Everything that make() and listen() would refuse on this machine, except a port that is taken. Each
  // error's `field` is the setting: "address", "cors.allowed_origins". Does not listen.
  static std::vector<Error> check(const Config& config);
  // Fails with the error in the configuration.
  static Result<std::unique_ptr<Http1Server>> make(const Parts& parts);
  ~Http1Server();
  Http1Server(const Http1Server&) = delete;
  Http1Server& operator=(const Http1Server&) = delete;

  // Whether the port is free. The servers of one process share a port, and would otherwise share it with
  // another process too.
  static Result<> check_port_is_free(const Config& config, std::uint16_t port);
  // Binds Config::address and this port, and accepts connections from now on. Port 0: the kernel chooses a
  // free one. Returns the actual port; the servers of the other loops must use the same one.
  Result<std::uint16_t> listen(std::uint16_t port);

  // Closes the listening socket. New connections are accepted by the other servers of the port, or the kernel
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
  explicit Http1Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared only with an accept operation that is being cancelled
};

}  // namespace belay::transport
