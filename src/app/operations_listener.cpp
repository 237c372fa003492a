#include "app/operations_listener.hpp"

#include <boost/asio/ip/address.hpp>

#include "app/routing.hpp"

namespace belay::app {

transport::Config OperationsListener::transport_config(const Configuration& configuration) {
  transport::Config config = configuration.server;
  config.address = configuration.operations.address;
  config.port = configuration.operations.port;
  config.max_connections = configuration.operations.max_connections;
  config.cors = {};
  config.plain = true;
  config.tls = {};  // it has no files of its own
  config.trusted_proxies.clear();
  config.http2.cleartext = false;
  config.allowed_hosts.clear();
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(config.address, error);
  // Refuses web pages whose own name resolves to this machine (DNS rebinding).
  config.loopback_hosts_only = !error && address.is_loopback();
  return config;
}

Result<std::unique_ptr<OperationsListener>> OperationsListener::make(const Parts& parts) {
  std::unique_ptr<OperationsListener> listener(new OperationsListener(parts));
  auto router = make_operations_router(parts.configuration, parts.system, parts.admin);
  if (!router) return router.error();
  listener->router_ = std::move(*router);
  auto dispatcher = transport::RoutingDispatcher::make(
      {listener->config_, listener->router_, parts.observer, parts.random});
  if (!dispatcher) return dispatcher.error();
  listener->dispatcher_ = std::move(*dispatcher);
  listener->listener_ = std::make_unique<transport::Listener>(
      transport::Listener::Parts{parts.loop, listener->config_, *listener->dispatcher_, parts.observer,
                                 listener->open_, parts.random, parts.tls});
  return listener;
}

Result<> OperationsListener::listen() {
  const std::uint16_t port = config_.port;
  const auto free = transport::Listener::check_port_is_free(config_, port);
  Result<std::uint16_t> bound = free ? listener_->listen(port) : Result<std::uint16_t>(free.error());
  // Also when another server took it in between.
  if (!bound && parts_.configuration.operations.port_is_default) {
    parts_.log.warning("operations_port_taken",
                       {{"port", port},
                        {"text",
                         "The default port of the operations listener is in use. A free one is taken; set "
                         "operations.port to choose one."}});
    bound = listener_->listen(0);
  }
  if (!bound) {
    Error error = bound.error();
    error.detail = "The operations listener: " + error.detail + " Set operations.port to another one.";
    return error;
  }
  const bool is_v6 = config_.address.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + config_.address + "]" : config_.address;
  parts_.log.info("operations_listening",
                  {{"address", host},
                   {"port", *bound},
                   {"url", (parts_.tls ? "https://" : "http://") + host + ":" + std::to_string(*bound)}});
  return {};
}

}  // namespace belay::app
