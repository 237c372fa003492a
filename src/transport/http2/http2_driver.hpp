// HTTP/2 on one loop: the connections that a listener accepted, over any ByteChannel.
//
// The counterpart of Http1Driver: it reads requests strictly, asks the dispatcher, and sends its answers, streams
// included. Loop thread only. Owned by the listener. The objects it refers to outlive it. A handler that is still
// running when the driver is destroyed runs to its end, and its answer is dropped.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "transport/http2/connection.hpp"
#include "transport/http2/http2_state.hpp"

namespace belay::transport {

class Http2Driver {
 public:
  struct Parts {
    Loop& loop;
    const Config& config;
    const Dispatcher& dispatcher;
    TransportObserver& observer;
    OpenCounts& counts;
    Random& random;
  };
  explicit Http2Driver(const Parts& parts)
      : state_{parts.loop, parts.config, parts.dispatcher, parts.observer, parts.counts, parts.random} {}
  ~Http2Driver() { close(); }
  Http2Driver(const Http2Driver&) = delete;
  Http2Driver& operator=(const Http2Driver&) = delete;

  // Serves a connection over a channel that is made of `arguments`. `peer`: the address of its other end.
  template <class Channel, class... Arguments>
  void serve(std::string peer, ConnectionPurpose purpose, Arguments&&... arguments) {
    start(std::make_shared<Http2ConnectionOver<Channel>>(state_, std::move(peer), purpose,
                                                         std::forward<Arguments>(arguments)...));
  }
  // Connections that are only refused.
  std::size_t refusing() const { return state_.refusing; }

  // The steps of a shutdown, as in listener.hpp.
  void drain();
  void cut_streams(Milliseconds retry_base);
  void close();

 private:
  void start(std::shared_ptr<Http2Connection> connection);
  template <class Visit>
  void for_each(Visit visit);

  Http2State state_;
};

}  // namespace belay::transport
