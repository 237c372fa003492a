// What the TLS listeners of one server share: the certificate, the keys of session tickets, and how many handshakes
// are in progress.
//
// Thread-safe. Owned by app; outlives the listeners and their connections.
#pragma once

#include <memory>
#include <vector>

#include "base/random.hpp"
#include "base/snapshot.hpp"
#include "transport/address_usage.hpp"
#include "transport/tls/application_protocol.hpp"
#include "transport/tls/ticket_keys.hpp"
#include "transport/tls/tls_config.hpp"
#include "transport/tls/tls_context.hpp"

namespace belay::transport {

class TlsServer {
 public:
  // All of these outlive it, except the protocols: what clients are offered, the preferred one first.
  struct Parts {
    const TlsConfig& config;
    const Clock& clock;
    Random& random;
    std::vector<ApplicationProtocol> protocols{std::begin(kAllProtocols), std::end(kAllProtocols)};
  };
  TlsServer(Parts parts, std::shared_ptr<const TlsContext> context)
      : parts_(std::move(parts)),
        context_(std::move(context)),
        ticket_keys_(parts_.config.ticket_rotation, parts_.clock, parts_.random) {}

  // Handshakes that begin from now on use this one.
  void replace(std::shared_ptr<const TlsContext> context) { context_.replace(std::move(context)); }
  std::shared_ptr<const TlsContext> context() const { return context_.take(); }

  const TlsConfig& config() const { return parts_.config; }
  const Clock& clock() const { return parts_.clock; }
  const std::vector<ApplicationProtocol>& protocols() const { return parts_.protocols; }
  TicketKeys& ticket_keys() { return ticket_keys_; }
  // Handshakes in progress.
  AddressUsage& handshakes() { return handshakes_; }

 private:
  const Parts parts_;
  Snapshot<TlsContext> context_;
  TicketKeys ticket_keys_;
  AddressUsage handshakes_;
};

}  // namespace belay::transport
