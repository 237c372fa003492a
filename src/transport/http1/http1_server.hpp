// HTTP/1.1 on one loop: accepts connections, reads requests strictly, has the router's handlers answer them,
// and sends what they answer, streams included.
//
// One server a loop, each with a listening socket of its own on the same address (SO_REUSEPORT): the kernel
// spreads connections over them, and a connection stays on its loop for life. What they share is read-only
// (config, router) or thread-safe (observer, counts, random).
//
// Threads: everything here happens on the loop's thread, or while the loop does not run. Owner: app. What it
// refers to outlives it; it is destroyed before its loop. A handler that is still running then finishes, and
// its answer is dropped.
//
// Shutdown, in order: stop_accepting(), drain(), …wait for OpenCounts or a deadline…, cut_streams(), close()
// or destroy.
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

  // All that make() and listen() would refuse on this machine, except a port that is taken; each error's
  // `field` is the setting: "address", "cors.allowed_origins". Nothing listens.
  static std::vector<Error> check(const Config& config);
  // Fails with what is wrong in the configuration.
  static Result<std::unique_ptr<Http1Server>> make(const Parts& parts);
  ~Http1Server();
  Http1Server(const Http1Server&) = delete;
  Http1Server& operator=(const Http1Server&) = delete;

  // Whether nobody listens there yet. Servers of one port share it, and would share it with a stranger's
  // process too.
  static Result<> check_port_is_free(const Config& config, std::uint16_t port);
  // Binds Config::address and this port, and accepts from now on. Port 0 takes a free one. Returns the port
  // that it has: the servers of the other loops are to be given that one.
  Result<std::uint16_t> listen(std::uint16_t port);

  // Gives the listening socket up: new connections go to the other servers of the port, or are refused by the
  // kernel.
  void stop_accepting();
  // From now on every answer is its connection's last. Connections that stand idle are closed; streams go on.
  void drain();
  // Cuts every stream, so that its client notices and comes back: event streams with a `retry:` of their own
  // before it, at random from `retry_base` to twice that. Never a clean end.
  void cut_streams(Milliseconds retry_base);
  // Closes everything at once.
  void close();

 private:
  class Impl;
  explicit Http1Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared only with an accept that is being cancelled
};

}  // namespace belay::transport
