// What the server listens on: for clients one listener per loop and port (without TLS, with TLS), and the listener
// for operators. Lives on the first loop; the calls below reach each loop by posting.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/observability.hpp"
#include "app/operations_listener.hpp"
#include "app/routing.hpp"
#include "app/threads.hpp"
#include "transport/listener.hpp"
#include "transport/routing_dispatcher.hpp"
#include "transport/tls/tls_server.hpp"

namespace belay::app {

// Logs which certificate is served from now on, and what is wrong with it.
void report_certificate(ops::Log& log, const transport::LoadedTls& loaded);

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
    const Clock& clock;
    Random& random;
  };
  static Result<std::unique_ptr<Listeners>> make(const Parts& parts);

  // Of the clients' listeners. Nothing: there is no such listener.
  struct Ports {
    std::optional<std::uint16_t> plain;
    std::optional<std::uint16_t> tls;
  };
  // Before the loops run.
  Result<Ports> listen();
  // Connections that begin from now on get this certificate. Without TLS nothing happens.
  void replace_certificate(std::shared_ptr<const transport::TlsContext> context);

  std::size_t open_connections() const { return open_.connections.load(); }
  std::size_t open_streams() const { return open_.streams.load(); }
  const transport::Router& router() const { return router_; }

  // The steps of a shutdown (app/shutdown.hpp): answers end their connections; no new connections; streams are
  // cut, with a hint when to reconnect.
  void drain();
  void stop_accepting();
  void cut_streams();

 private:
  using OnePort = std::vector<std::unique_ptr<transport::Listener>>;  // one per loop

  explicit Listeners(const Parts& parts) : parts_(parts) {}
  Result<> build();
  Result<> build_tls();
  OnePort make_port(transport::TlsServer* tls);
  Result<std::optional<std::uint16_t>> listen(const OnePort& listeners, std::uint16_t port);
  template <class Call>
  void on_each_loop(Call call);

  const Parts parts_;
  transport::Router router_;
  transport::OpenCounts open_;
  std::unique_ptr<transport::RoutingDispatcher> dispatcher_;
  std::unique_ptr<transport::TlsServer> tls_;       // null: off
  OnePort plain_listeners_;                         // empty: off
  OnePort tls_listeners_;                           // empty: off
  std::unique_ptr<OperationsListener> operations_;  // null: off
};

}  // namespace belay::app
