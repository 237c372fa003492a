// What the server listens on: one listener per loop for clients, all on one port, and the listener for
// operators. Lives on the first loop; the calls below reach each loop by posting.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/observability.hpp"
#include "app/operations_listener.hpp"
#include "app/routing.hpp"
#include "app/threads.hpp"
#include "transport/listener.hpp"
#include "transport/routing_dispatcher.hpp"

namespace belay::app {

class Listeners {
 public:
  // All of these outlive the listeners.
  struct Parts {
    const Configuration& configuration;
    Threads& threads;
    Observability& observability;
    auth::AuthRoutes& sign_in;
    surfaces::admin::AdminRoutes& admin;
    const std::vector<ServedSurface>& surfaces;
    Random& random;
  };
  static Result<std::unique_ptr<Listeners>> make(const Parts& parts);

  // Before the loops run. The clients' port.
  Result<std::uint16_t> listen();

  std::size_t open_connections() const { return open_.connections.load(); }
  std::size_t open_streams() const { return open_.streams.load(); }
  const transport::Router& router() const { return router_; }

  // The steps of a shutdown (app/shutdown.hpp): answers end their connections; no new connections; streams are
  // cut, with a hint when to reconnect.
  void drain();
  void stop_accepting();
  void cut_streams();

 private:
  explicit Listeners(const Parts& parts) : parts_(parts) {}
  Result<> build();
  template <class Call>
  void on_each_loop(Call call);

  const Parts parts_;
  transport::Router router_;
  transport::OpenCounts open_;
  std::unique_ptr<transport::RoutingDispatcher> dispatcher_;
  std::vector<std::unique_ptr<transport::Listener>> listeners_;  // one per loop
  std::unique_ptr<OperationsListener> operations_;               // null: off
};

}  // namespace belay::app
