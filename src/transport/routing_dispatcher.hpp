// The Dispatcher of the server: a router, CORS, and the proxies whose word about the client counts.
//
// Immutable, so every loop uses it without a lock. Owned by app.
#pragma once

#include <memory>

#include "base/random.hpp"
#include "base/result.hpp"
#include "transport/config.hpp"
#include "transport/cors.hpp"
#include "transport/dispatcher.hpp"
#include "transport/observer.hpp"
#include "transport/trusted_proxies.hpp"

namespace belay::transport {

class RoutingDispatcher final : public Dispatcher {
 public:
  // All of these outlive the dispatcher; the configuration is only read while it is made.
  struct Parts {
    const Config& config;
    const Router& router;
    TransportObserver& observer;
    Random& random;
  };
  // Fails with the error in the configuration.
  static Result<std::unique_ptr<RoutingDispatcher>> make(const Parts& parts);

  void identify(Request& request, std::string_view connection_address) const override;
  Routing route(Request& head) const override;
  Awaitable<std::optional<Response>> check(const Route& route, Request& head) const override;
  Awaitable<Response> answer(const Route& route, Request& request) const override;
  void complete(const Request& request, Response& response) const override;
  Response failed(const Route* route, const Request& request, std::string_view what) const override;

 private:
  RoutingDispatcher(const Parts& parts, Cors cors, TrustedProxies proxies);
  Response not_routed(const Request& request, Error error) const;
  std::string new_request_id() const;

  const Router& router_;
  TransportObserver& observer_;
  Random& random_;
  const Cors cors_;
  const TrustedProxies proxies_;
  const std::string transport_security_;  // empty: not sent
};

}  // namespace belay::transport
