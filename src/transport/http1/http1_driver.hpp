// HTTP/1.1 on one loop: the connections that a listener accepted, over any ByteChannel.
//
// It reads requests strictly, asks the dispatcher, and sends its answers, streams included. Loop thread only.
// Owned by the listener. The objects it refers to outlive it. A handler that is still running when the driver
// is destroyed runs to its end, and its answer is dropped.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "transport/http1/connection.hpp"
#include "transport/http1/http1_state.hpp"

namespace belay::transport {

class Http1Driver {
 public:
  struct Parts {
    Loop& loop;
    const Config& config;
    const Dispatcher& dispatcher;
    TransportObserver& observer;
    OpenCounts& counts;
    Random& random;
  };
  explicit Http1Driver(const Parts& parts)
      : state_{parts.loop, parts.config, parts.dispatcher, parts.observer, parts.counts, parts.random} {}
  ~Http1Driver() { close(); }
  Http1Driver(const Http1Driver&) = delete;
  Http1Driver& operator=(const Http1Driver&) = delete;

  // Serves a connection over a channel that is made of `arguments`. `peer`: the address of its other end.
  template <class Channel, class... Arguments>
  void serve(std::string peer, ConnectionPurpose purpose, Arguments&&... arguments) {
    start(std::make_shared<Http1ConnectionOver<Channel>>(state_, std::move(peer), purpose,
                                                         std::forward<Arguments>(arguments)...));
  }
  // Connections that are only refused.
  std::size_t refusing() const { return state_.refusing; }

  // The steps of a shutdown, as in listener.hpp.
  void drain();
  void cut_streams(Milliseconds retry_base);
  void close();

 private:
  void start(std::shared_ptr<Http1Connection> connection);
  template <class Visit>
  void for_each(Visit visit);

  Http1State state_;
};

}  // namespace belay::transport
