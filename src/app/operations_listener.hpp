// The listener for operators (requirement X22): metrics, health and the operators' API, separate from what clients can reach.
//
// It is on loopback by default, so that a proxy in front of the server does not forward its page by mistake.
// It serves while the server drains, until the process ends. Lives on the first loop. Owned by the Server.
#pragma once

#include <memory>
#include <string>

#include "app/configuration.hpp"
#include "app/system_routes.hpp"
#include "base/loop.hpp"
#include "base/random.hpp"
#include "ops/logging.hpp"
#include "surfaces/admin/routes.hpp"
#include "transport/listener.hpp"
#include "transport/routing_dispatcher.hpp"

namespace belay::app {

class OperationsListener {
 public:
  // All of these outlive the listener.
  struct Parts {
    Loop& loop;
    const Configuration& configuration;
    SystemRoutesParts system;
    surfaces::admin::AdminRoutes* admin;
    transport::TlsServer* tls;  // null: without TLS
    transport::TransportObserver& observer;
    Random& random;
    ops::Log& log;
  };
  // The listener's settings as a transport configuration.
  static transport::Config transport_config(const Configuration& configuration);

  static Result<std::unique_ptr<OperationsListener>> make(const Parts& parts);

  // Call it before the loop runs. Logs the address.
  Result<> listen();

 private:
  explicit OperationsListener(const Parts& parts)
      : parts_(parts), config_(transport_config(parts.configuration)) {}

  const Parts parts_;
  const transport::Config config_;
  transport::Router router_;
  transport::OpenCounts open_;
  std::unique_ptr<transport::RoutingDispatcher> dispatcher_;
  std::unique_ptr<transport::Listener> listener_;
};

}  // namespace belay::app
