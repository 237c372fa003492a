#include "app/listeners.hpp"

#include "app/known_series.hpp"

namespace belay::app {

Result<std::unique_ptr<Listeners>> Listeners::make(const Parts& parts) {
  std::unique_ptr<Listeners> listeners(new Listeners(parts));
  if (const auto built = listeners->build(); !built) return built.error();
  return listeners;
}

Result<> Listeners::build() {
  Observability& observability = parts_.observability;
  const SystemRoutesParts system{&observability.health, &observability.metrics};
  auto router = make_router(parts_.configuration, {system, &parts_.sign_in}, parts_.surfaces);
  if (!router) return router.error();
  router_ = std::move(*router);
  create_known_series(observability.metrics, router_.routes());
  for (const auto& loop : parts_.threads.loops()) {
    auto server = transport::Http1Server::make(
        {*loop, parts_.configuration.server, router_, observability.transport, open_, parts_.random});
    if (!server) return server.error();
    servers_.push_back(std::move(*server));
  }
  if (!parts_.configuration.operations.enabled) return {};
  auto operations = OperationsListener::make({parts_.threads.first(), parts_.configuration, system,
                                              observability.transport, parts_.random, observability.log});
  if (!operations) return operations.error();
  operations_ = std::move(*operations);
  return {};
}

Result<std::uint16_t> Listeners::listen() {
  const transport::Config& config = parts_.configuration.server;
  std::uint16_t port = config.port;
  if (const auto free = transport::Http1Server::check_port_is_free(config, port); !free) return free.error();
  for (const auto& server : servers_) {
    const auto bound = server->listen(port);
    if (!bound) return bound.error();
    port = *bound;
  }
  if (operations_)
    if (const auto listens = operations_->listen(); !listens) return listens.error();
  return port;
}

template <class Call>
void Listeners::on_each_loop(Call call) {
  for (std::size_t i = 0; i < servers_.size(); ++i)
    parts_.threads.loops()[i]->post([server = servers_[i].get(), call] { call(*server); });
}

void Listeners::drain() {
  on_each_loop([](transport::Http1Server& server) { server.drain(); });
}

void Listeners::stop_accepting() {
  on_each_loop([](transport::Http1Server& server) { server.stop_accepting(); });
}

void Listeners::cut_streams() {
  on_each_loop([retry = parts_.configuration.server.retry_base](transport::Http1Server& server) {
    server.cut_streams(retry);
  });
}

}  // namespace belay::app
