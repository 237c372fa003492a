// What the connections of one Http2Driver share. It lives as long as the driver and is used only on its loop.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "base/byte_source.hpp"
#include "base/loop.hpp"
#include "base/random.hpp"
#include "transport/config.hpp"
#include "transport/dispatcher.hpp"
#include "transport/observer.hpp"
#include "transport/receive_buffer.hpp"
#include "transport/response_rules.hpp"

namespace belay::transport {

class Http2Connection;

struct Http2State {
  // What one write carries, about; a frame more at most.
  static constexpr std::size_t kBatch = 16 * 1024;

  Loop& loop;
  const Config& config;
  const Dispatcher& dispatcher;
  TransportObserver& observer;
  OpenCounts& counts;
  Random& random;

  bool draining = false;
  std::list<std::shared_ptr<Http2Connection>> connections = {};
  std::size_t refusing = 0;  // connections that are only refused
  DateText date = {};
  // What a connection has just received, what it is about to write, and what a source has just shown. Only while
  // one connection uses them.
  std::unique_ptr<ReceiveBuffer> received = std::make_unique_for_overwrite<ReceiveBuffer>();
  std::string batch = {};
  ByteRanges peeked = {};
};

}  // namespace belay::transport
