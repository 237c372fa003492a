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
  auto router = make_router(parts_.configuration, {system, &parts_.sign_in, &parts_.admin}, parts_.surfaces);
  if (!router) return router.error();
  router_ = std::move(*router);
  create_known_series(observability.metrics, router_.routes());
  const transport::Config& config = parts_.configuration.server;
  auto dispatcher =
      transport::RoutingDispatcher::make({config, router_, observability.transport, parts_.random});
  if (!dispatcher) return dispatcher.error();
  dispatcher_ = std::move(*dispatcher);
  for (const auto& loop : parts_.threads.loops())
    listeners_.push_back(std::make_unique<transport::Listener>(transport::Listener::Parts{
        *loop, config, *dispatcher_, observability.transport, open_, parts_.random}));
  if (!parts_.configuration.operations.enabled) return {};
  auto operations =
      OperationsListener::make({parts_.threads.first(), parts_.configuration, system, &parts_.admin,
                                observability.transport, parts_.random, observability.log});
  if (!operations) return operations.error();
  operations_ = std::move(*operations);
  return {};
}

Result<std::uint16_t> Listeners::listen() {
  const transport::Config& config = parts_.configuration.server;
  std::uint16_t port = config.port;
  if (const auto free = transport::Listener::check_port_is_free(config, port); !free) return free.error();
  for (const auto& listener : listeners_) {
    const auto bound = listener->listen(port);
    if (!bound) return bound.error();
    port = *bound;
  }
  if (operations_)
    if (const auto listens = operations_->listen(); !listens) return listens.error();
  return port;
}

template <class Call>
void Listeners::on_each_loop(Call call) {
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    parts_.threads.loops()[i]->post([listener = listeners_[i].get(), call] { call(*listener); });
}

void Listeners::drain() {
  on_each_loop([](transport::Listener& listener) { listener.drain(); });
}

void Listeners::stop_accepting() {
  on_each_loop([](transport::Listener& listener) { listener.stop_accepting(); });
}

void Listeners::cut_streams() {
  on_each_loop([retry = parts_.configuration.server.retry_base](transport::Listener& listener) {
    listener.cut_streams(retry);
  });
}

}  // namespace belay::app
