// What the connections of one Http1Driver share. It lives as long as the driver and is used only on its loop.
#pragma once

#include <list>
#include <memory>

#include "base/loop.hpp"
#include "base/random.hpp"
#include "transport/config.hpp"
#include "transport/dispatcher.hpp"
#include "transport/observer.hpp"
#include "transport/receive_buffer.hpp"
#include "transport/response_rules.hpp"

namespace belay::transport {

class Http1Connection;

struct Http1State {
  Loop& loop;
  const Config& config;
  const Dispatcher& dispatcher;
  TransportObserver& observer;
  OpenCounts& counts;
  Random& random;

  bool draining = false;
  std::list<std::shared_ptr<Http1Connection>> connections = {};
  std::size_t refusing = 0;  // connections that are only refused
  DateText date = {};
  // Every receive writes into this buffer first. Bytes that the current request does not consume are kept by
  // its connection.
  std::unique_ptr<ReceiveBuffer> received = std::make_unique_for_overwrite<ReceiveBuffer>();
};

}  // namespace belay::transport
