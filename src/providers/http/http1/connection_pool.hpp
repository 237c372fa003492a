// The open connections that no call uses. Bounded in number, for each server and in all, and in time. A
// connection that the server closes, or on which it sends something, is dropped at once.
//
// One object per loop, used on that loop.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/loop.hpp"
#include "providers/http/http1/connection.hpp"

namespace belay::providers {

class ConnectionPool {
 public:
  struct Limits {
    std::size_t idle = 512;
    std::size_t idle_per_server = 128;
    Milliseconds idle_time{60'000};
  };

  ConnectionPool(Loop& loop, DeferredDelete& deletions, Limits limits);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // The connection that was used last, or null.
  std::unique_ptr<Connection> take(const std::string& key);
  // Keeps it, or closes it if there are too many.
  void put(std::unique_ptr<Connection> connection);
  std::size_t idle() const { return count_; }

 private:
  class Idle;
  using Connections = std::vector<std::unique_ptr<Idle>>;  // of one server; used last at the end

  void drop(Idle& idle);
  void drop_expired();

  Loop& loop_;
  DeferredDelete& deletions_;
  const Limits limits_;
  std::unordered_map<std::string, Connections> servers_;
  std::size_t count_ = 0;
  Timer timer_;
};

}  // namespace belay::providers
