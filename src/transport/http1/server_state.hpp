// What the connections of one Http1Server share. Lives and dies with it; used on its loop alone.
#pragma once

#include <array>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "base/random.hpp"
#include "transport/config.hpp"
#include "transport/cors.hpp"
#include "transport/http1/response_head.hpp"
#include "transport/observer.hpp"
#include "transport/router.hpp"
#include "transport/trusted_proxies.hpp"

namespace belay::transport {

class Connection;

struct ServerState {
  Loop& loop;
  const Config& config;
  const Router& router;
  TransportObserver& observer;
  OpenCounts& counts;
  Random& random;
  Cors cors;
  TrustedProxies proxies;

  bool draining = false;
  std::list<std::shared_ptr<Connection>> connections;
  std::size_t refusing = 0;  // connections that only read their 503
  std::string date_text = {};
  std::int64_t date_second = -1;
  // Every receive goes in here first; what the request in hand does not take is kept by its connection.
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
