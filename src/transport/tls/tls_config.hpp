// The settings of TLS on the server. tls_config.cpp has their names and bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::transport {

enum class TlsVersion : std::uint8_t { tls_1_2, tls_1_3 };

struct TlsConfig {
  // PEM files: the certificate with its chain, leaf first; its private key. Empty: the server does not serve TLS.
  std::string certificate;
  std::string key;
  // The certificate authority's answer about the certificate, as DER (RFC 6960). Empty: none is sent.
  std::string ocsp_response;
  TlsVersion min_version = TlsVersion::tls_1_2;
  // Config::port stays the port without TLS. 0: the kernel chooses a free port.
  std::uint16_t port = 8443;

  // From accept to the end of the handshake. Beyond: the connection is closed.
  Milliseconds handshake_deadline{10'000};
  // Handshakes in progress over all loops. Beyond: new connections wait in the kernel's queue.
  std::size_t max_handshakes = 2'000;
  // The same for one client address. Beyond: the connection is closed. Trusted proxies and this machine are not
  // limited.
  std::size_t max_handshakes_per_address = 200;
  // How long the last bytes of a connection that the server has closed may take to leave.
  Milliseconds close_deadline{5'000};
  // How long a session ticket is valid, and how often the key that encrypts tickets is replaced.
  Milliseconds ticket_rotation{std::chrono::hours(12)};
  // Strict-Transport-Security (RFC 6797): how long browsers use only TLS for this host. 0: it is not sent.
  Milliseconds hsts_max_age{0};

  bool enabled() const { return !certificate.empty() || !key.empty(); }
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, TlsConfig& config);

}  // namespace belay::transport
