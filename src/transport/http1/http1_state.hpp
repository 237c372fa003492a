// What the connections of one Http1Driver share. It lives as long as the driver and is used only on its loop.
#pragma once

#include <array>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "base/random.hpp"
#include "transport/config.hpp"
#include "transport/dispatcher.hpp"
#include "transport/http1/response_head.hpp"
#include "transport/observer.hpp"

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
  std::string date_text = {};
  std::int64_t date_second = -1;
  // Every receive writes into this buffer first. Bytes that the current request does not consume are kept by
  // its connection.
  std::array<char, 16 * 1024> received = {};

  std::string_view date() {
    const WallTime now = loop.clock().wall();
    if (const std::int64_t second = now.ms / 1000; second != date_second) {
      date_second = second;
      date_text = http_date(now);
    }
    return date_text;
  }
};

}  // namespace belay::transport
