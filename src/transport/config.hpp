// The transport's settings. config.cpp has their names and bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "transport/tls/tls_config.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::transport {

// Which web pages of other origins may read answers (https://fetch.spec.whatwg.org/#http-cors-protocol).
struct CorsConfig {
  // Exact origins: "https://app.example.com", "http://localhost:5173". Empty: no page of another origin may
  // read.
  std::vector<std::string> allowed_origins;
  // Whether such pages may send cookies (`withCredentials`).
  bool allow_credentials = true;
  // Request headers that pages may send in addition to the server's own list.
  std::vector<std::string> extra_request_headers;
  // How long a browser may cache a preflight's answer.
  Milliseconds max_age{600'000};
};

// HTTP/2 (RFC 9113). The limits of a request's head and body are those of HTTP/1.1.
struct Http2Config {
  // Whether it is offered inside TLS. Clients choose it there.
  bool enabled = true;
  // Whether trusted proxies may speak HTTP/2 without TLS, from the first byte (RFC 9113, section 3.3). Others get
  // HTTP/1.1 there.
  bool cleartext = false;
  // Requests open at once on a connection. Beyond: the stream is refused, and the client may try again.
  std::size_t max_streams = 128;
  // What a client may send ahead of a body that is being received. Before a client is signed in it is 64 KiB for all
  // bodies of a connection together.
  ByteCount body_window{256_KiB};
  // The size of the table of header fields that a client may refer to, and that the server uses (HPACK).
  ByteCount header_table{4_KiB};

  // Within `flood_interval`: how many requests a client may give up, and how many frames it may send that carry no
  // request, no body and no window for an answer. Beyond: the connection is closed with ENHANCE_YOUR_CALM.
  std::size_t max_resets = 400;
  std::size_t max_control_frames = 1'000;
  Milliseconds flood_interval{10'000};

  // A connection with open streams that has sent nothing for this long is asked whether it still exists. Without an
  // answer within the deadline, it is closed.
  Milliseconds ping_after{45'000};
  Milliseconds ping_deadline{15'000};
};

// What happens to a connection beyond `max_connections`.
enum class WhenFull {
  refuse,  // it is answered with 503 and closed
  pause,   // it waits in the kernel's queue until another connection closes
};

struct Config {
  // The numeric address to listen on: "127.0.0.1", "0.0.0.0", "::1", "::".
  std::string address = "127.0.0.1";
  // 0: the kernel chooses a free port.
  std::uint16_t port = 8080;
  // Whether `port` is served. Without it only TLS is (TlsConfig::port).
  bool plain = true;
  // Connections that the kernel queues until the server accepts them.
  int backlog = 4096;

  // Connections open at once, over all loops.
  std::size_t max_connections = 20'000;
  WhenFull when_full = WhenFull::refuse;
  // Connections open at once from one client address, over all loops. An IPv6 address counts by its /64. Beyond:
  // 429. Trusted proxies and this machine are not limited.
  std::size_t max_connections_per_address = 2'000;
  // With `refuse`: how many connections beyond max_connections may ask for /healthz at once. A request for
  // something else gets the 503.
  std::size_t health_reserve = 8;
  // With `refuse`: how many connections may wait for their 503 at once. Further connections are closed
  // without an answer.
  std::size_t max_refusing = 64;

  // Length of the request target ("/path?query") as sent. Beyond: 414.
  ByteCount max_target{8_KiB};
  // Length of the request line and headers together. More than max_target. Beyond: 431.
  ByteCount max_header_bytes{16_KiB};
  // Number of headers. Beyond: 431.
  std::size_t max_headers = 100;
  // Number of query parameters. Beyond: 400.
  std::size_t max_query_parameters = 100;
  // Memory for request bodies at once, of all clients and of one client address. A body counts from its head to
  // its answer: by its announced length, or by the largest that its route reads. One body alone is always read.
  // Beyond: 503, and for one address 429, before the body is read. Clients on this machine share only the first
  // limit.
  ByteCount max_body_memory{256_MiB};
  ByteCount max_body_memory_per_address{32_MiB};
  // A body on a route that needs none (DELETE, GET) is read and ignored up to this size. Beyond:
  // 413.
  ByteCount max_ignored_body{64_KiB};
  // In a chunked request body: the size of one chunk's extension, and the size of all trailers together.
  // Beyond: 431.
  ByteCount max_chunk_overhead{1_KiB};
  // How many bytes a client may send ahead (its next requests) while its stream runs. Beyond:
  // the stream is cut.
  ByteCount max_sent_during_stream{8_KiB};

  // From the first byte of a request to the end of its headers. For a new connection it starts when the
  // connection is accepted. Beyond: 408.
  Milliseconds header_deadline{10'000};
  // From the end of the headers, or of the check of who sent them, to the end of the body. Beyond: 408.
  Milliseconds body_deadline{30'000};
  // How long a connection may stay open without a request after an answer.
  Milliseconds idle_limit{75'000};
  // After an error, the server reads and drops what the client still sends, so that the client sees the
  // answer. It stops after this time or after this many bytes.
  Milliseconds linger_limit{2'000};
  ByteCount max_lingering{1_MiB};

  // A stream sends something at least this often.
  Milliseconds heartbeat_interval{15'000};
  // A connection is cut when there is something to send and its socket has accepted no byte for this long.
  Milliseconds stalled_write_limit{60'000};
  // The kernel's send buffer of each connection (SO_SNDBUF). 0: the kernel decides.
  ByteCount send_buffer{0};

  // Streams that are cut for a shutdown ask their clients to reconnect after a random time between this value
  // and twice this value.
  Milliseconds retry_base{3'000};

  // The proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted: "10.0.0.0/8", "::1". Empty: none.
  std::vector<std::string> trusted_proxies;
  // The Host names (without port, in any letter case) that are served. Empty: all. Guards against DNS
  // rebinding. Other names: 400.
  std::vector<std::string> allowed_hosts;
  // Serves only requests whose Host is this machine itself (localhost, *.localhost, 127.0.0.0/8, [::1]).
  // allowed_hosts has no effect then. For development mode, in which everyone is signed in: it keeps out a
  // web page whose own name resolves to this machine (DNS rebinding). Other hosts, and requests without Host:
  // 403.
  bool loopback_hosts_only = false;

  CorsConfig cors;
  Http2Config http2;
  TlsConfig tls;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, Config& config);

}  // namespace belay::transport
