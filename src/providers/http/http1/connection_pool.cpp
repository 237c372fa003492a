#include "providers/http/http1/connection_pool.hpp"

#include <algorithm>
#include <array>

namespace belay::providers {

class ConnectionPool::Idle final : public Deletable, private Connection::User {
 public:
  Idle(ConnectionPool& owner, std::unique_ptr<Connection> kept, SteadyTime since)
      : connection(std::move(kept)), expires(since + owner.limits_.idle_time), owner_(owner) {
    connection->set_user(this);
  }
  // Nothing is expected from the server, except for messages of TLS itself.
  bool is_usable() {
    std::array<char, 1> unexpected;
    return connection->read(unexpected).is(Transferred::Outcome::blocked);
  }

  std::unique_ptr<Connection> connection;
  const SteadyTime expires;

 private:
  void on_ready() override {
    if (!is_usable()) owner_.drop(*this);
  }
  ConnectionPool& owner_;
};

ConnectionPool::ConnectionPool(Loop& loop, DeferredDelete& deletions, Limits limits)
    : loop_(loop),
      deletions_(deletions),
      limits_(limits),
      timer_(loop.timers(), [this] { drop_expired(); }) {}

ConnectionPool::~ConnectionPool() = default;

std::unique_ptr<Connection> ConnectionPool::take(const std::string& key) {
  const auto server = servers_.find(key);
  if (server == servers_.end()) return nullptr;
  std::unique_ptr<Connection> connection = std::move(server->second.back()->connection);
  connection->set_user(nullptr);
  server->second.pop_back();
  if (server->second.empty()) servers_.erase(server);
  --count_;
  return connection;
}

void ConnectionPool::put(std::unique_ptr<Connection> connection) {
  Connections& same = servers_[connection->key()];
  if (count_ < limits_.idle && same.size() < limits_.idle_per_server) {
    auto idle = std::make_unique<Idle>(*this, std::move(connection), loop_.clock().steady());
    if (idle->is_usable()) {
      same.push_back(std::move(idle));
      ++count_;
      if (!timer_.armed()) timer_.arm(limits_.idle_time);
      return;
    }
    connection = std::move(idle->connection);
  }
  if (same.empty()) servers_.erase(connection->key());
  connection->close();
  deletions_.destroy(std::move(connection));
}

// Called by the connection, which therefore lives on until its handler ends.
void ConnectionPool::drop(Idle& idle) {
  const auto server = servers_.find(idle.connection->key());
  const auto place = std::find_if(server->second.begin(), server->second.end(),
                                  [&](const auto& one) { return one.get() == &idle; });
  idle.connection->close();
  deletions_.destroy(std::move(idle.connection));
  deletions_.destroy(std::move(*place));
  server->second.erase(place);
  if (server->second.empty()) servers_.erase(server);
  --count_;
}

void ConnectionPool::drop_expired() {
  const SteadyTime now = loop_.clock().steady();
  std::optional<SteadyTime> next;
  for (auto server = servers_.begin(); server != servers_.end();) {
    Connections& same = server->second;
    const auto kept =
        std::find_if(same.begin(), same.end(), [&](const auto& one) { return one->expires > now; });
    count_ -= static_cast<std::size_t>(kept - same.begin());
    same.erase(same.begin(), kept);
    if (!same.empty() && (!next || same.front()->expires < *next)) next = same.front()->expires;
    server = same.empty() ? servers_.erase(server) : std::next(server);
  }
  if (next) timer_.arm(std::chrono::ceil<Milliseconds>(*next - now));
}

}  // namespace belay::providers
