#include "transport/tls/tls_config.hpp"

#include "base/settings/settings.hpp"

namespace belay::transport {

using namespace std::chrono_literals;

void declare(Settings& settings, TlsConfig& config) {
  constexpr std::size_t kMaxPath = 4096;
  settings.section(
      "server.tls",
      "TLS on a port of its own. SIGHUP reads the files again, also when only their contents have "
      "changed; open connections keep what they have.");
  settings
      .string(
          "certificate", config.certificate, kMaxPath,
          "PEM file with the certificate and its chain, the server's own certificate first. Empty: no TLS. "
          "`belay serve --tls-cert` sets it too.")
      .sample(R"("/etc/belay/tls/fullchain.pem")");
  settings
      .string(
          "key", config.key, kMaxPath,
          "PEM file with the certificate's private key, without a passphrase. Only the server's user should "
          "be able to read it. `belay serve --tls-key` sets it too.")
      .sample(R"("/etc/belay/tls/privkey.pem")");
  settings
      .string("ocsp_response", config.ocsp_response, kMaxPath,
              "DER file with the certificate authority's OCSP response, which is sent with the certificate. "
              "Empty: none. An expired one is not sent.")
      .sample(R"("/etc/belay/tls/ocsp.der")");
  settings.choice<TlsVersion>("min_version", config.min_version,
                              {{"1.2", TlsVersion::tls_1_2}, {"1.3", TlsVersion::tls_1_3}},
                              "The oldest version of TLS that clients may use.");
  settings.integer(
      "port", config.port, {0, 65535},
      "TCP port for TLS. server.port stays the port without TLS; server.plain turns that one off. "
      "0: a free port. `belay serve --tls-port` sets it too.");
  settings.duration("handshake_deadline", config.handshake_deadline, {10ms, 10min},
                    "From the start of a connection to the end of its TLS handshake. Beyond: it is closed.");
  settings.integer(
      "max_handshakes", config.max_handshakes, {1, 1'000'000, "handshakes"},
      "TLS handshakes in progress at once, over all threads. Beyond: new connections wait in the "
      "kernel's queue.");
  settings.integer(
      "max_handshakes_per_address", config.max_handshakes_per_address, {1, 1'000'000, "handshakes"},
      "The same for one client address. An IPv6 address counts by its /64. Trusted proxies and this "
      "machine are not limited. Beyond: the connection is closed.");
  settings.duration("close_deadline", config.close_deadline, {0ms, 10min},
                    "How long the last bytes of a connection that the server has closed may take to leave.");
  settings.duration(
      "ticket_rotation", config.ticket_rotation, {1s, 84h},
      "How long a session ticket is valid, and how often the key that encrypts tickets is replaced. The keys "
      "are only in memory.");
  settings.duration("hsts_max_age", config.hsts_max_age, {0ms, 17520h},
                    "How long browsers that have used TLS once use nothing else for this host "
                    "(Strict-Transport-Security). 0ms: they are not asked to.");
}

}  // namespace belay::transport
