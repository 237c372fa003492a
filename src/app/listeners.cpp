#include "app/listeners.hpp"

#include "app/known_series.hpp"

namespace belay::app {

void report_certificate(ops::Log& log, const transport::LoadedTls& loaded) {
  log.info("certificate", {{"text", loaded.context->description()}});
  for (const std::string& warning : loaded.warnings) log.warning("certificate_notice", {{"text", warning}});
}

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
  if (const auto built = build_tls(); !built) return built;
  if (config.plain) plain_listeners_ = make_port(nullptr);
  if (tls_) tls_listeners_ = make_port(tls_.get());
  if (!parts_.configuration.operations.enabled) return {};
  auto operations =
      OperationsListener::make({parts_.threads.first(), parts_.configuration, system, &parts_.admin,
                                parts_.configuration.operations.tls ? tls_.get() : nullptr,
                                observability.transport, parts_.random, observability.log});
  if (!operations) return operations.error();
  operations_ = std::move(*operations);
  return {};
}

Result<> Listeners::build_tls() {
  const transport::TlsConfig& config = parts_.configuration.server.tls;
  if (!config.enabled()) return {};
  const transport::LoadedTls loaded = transport::TlsContext::load(config, parts_.clock.wall());
  if (!loaded.problems.empty()) return loaded.problems.front();
  report_certificate(parts_.observability.log, loaded);
  transport::TlsServer::Parts parts{config, parts_.clock, parts_.random};
  if (!parts_.configuration.server.http2.enabled) parts.protocols = {transport::ApplicationProtocol::http1};
  tls_ = std::make_unique<transport::TlsServer>(std::move(parts), loaded.context);
  return {};
}

Listeners::OnePort Listeners::make_port(transport::TlsServer* tls) {
  OnePort listeners;
  for (const auto& loop : parts_.threads.loops())
    listeners.push_back(std::make_unique<transport::Listener>(
        transport::Listener::Parts{*loop, parts_.configuration.server, *dispatcher_,
                                   parts_.observability.transport, open_, parts_.random, tls}));
  return listeners;
}

Result<std::optional<std::uint16_t>> Listeners::listen(const OnePort& listeners, std::uint16_t port) {
  if (listeners.empty()) return std::optional<std::uint16_t>();
  const transport::Config& config = parts_.configuration.server;
  if (const auto free = transport::Listener::check_port_is_free(config, port); !free) return free.error();
  for (const auto& listener : listeners) {
    const auto bound = listener->listen(port);
    if (!bound) return bound.error();
    port = *bound;
  }
  return std::optional<std::uint16_t>(port);
}

Result<Listeners::Ports> Listeners::listen() {
  const transport::Config& config = parts_.configuration.server;
  const auto plain = listen(plain_listeners_, config.port);
  if (!plain) return plain.error();
  const auto tls = listen(tls_listeners_, config.tls.port);
  if (!tls) return tls.error();
  if (operations_)
    if (const auto listens = operations_->listen(); !listens) return listens.error();
  return Ports{*plain, *tls};
}

void Listeners::replace_certificate(std::shared_ptr<const transport::TlsContext> context) {
  if (tls_) tls_->replace(std::move(context));
}

template <class Call>
void Listeners::on_each_loop(Call call) {
  for (const OnePort* listeners : {&plain_listeners_, &tls_listeners_})
    for (std::size_t i = 0; i < listeners->size(); ++i)
      parts_.threads.loops()[i]->post([listener = (*listeners)[i].get(), call] { call(*listener); });
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
