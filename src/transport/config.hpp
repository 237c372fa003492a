// The transport's settings. `ops` declares their names in the configuration file and checks the bounds that
// stand here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay::transport {

// Which web pages of other origins may read answers (https://fetch.spec.whatwg.org/#http-cors-protocol).
struct CorsConfig {
  // Exact origins: "https://app.example.com", "http://localhost:5173". Empty: no page of another origin.
  std::vector<std::string> allowed_origins;
  // Whether such pages may send cookies (`withCredentials`).
  bool allow_credentials = true;
  // Request headers that pages may send besides the server's own list.
  std::vector<std::string> extra_request_headers;
  // How long a browser may remember a preflight's answer. 0 s … 1 day.
  Milliseconds max_age{600'000};
};

// What happens to a connection beyond `most_connections`.
enum class WhenFull {
  refuse,  // it is answered 503 and closed
  pause,   // it waits in the kernel's queue until another one closes
};

struct Config {
  // The address to listen on, numeric: "127.0.0.1", "0.0.0.0", "::1", "::".
  std::string address = "127.0.0.1";
  // 0 takes a free port.
  std::uint16_t port = 8080;
  // Connections that the kernel holds until they are accepted. 1 … 65535.
  int backlog = 4096;

  // Connections open at once, over all loops. 1 … 1,000,000.
  std::size_t most_connections = 20'000;
  WhenFull when_full = WhenFull::refuse;
  // With `refuse`: how many may be waiting to read their 503; beyond it they are closed without one. 0 …
  // 10,000.
  std::size_t most_refusing = 64;

  // Request target ("/path?query"), as sent. 128 B … 64 KiB. Beyond: 414.
  ByteCount most_target{8_KiB};
  // Request line and headers together. 1 KiB … 256 KiB, more than most_target. Beyond: 431.
  ByteCount most_header_bytes{16_KiB};
  // 8 … 1000. Beyond: 431.
  std::size_t most_headers = 100;
  // 1 … 1000. Beyond: 400.
  std::size_t most_query_parameters = 100;
  // A body on a path that needs none (DELETE, GET) is read and ignored up to here. 0 B … 1 MiB. Beyond: 413.
  ByteCount max_ignored_body{64_KiB};
  // Extension of one chunk, and all trailers, of a chunked request body. 0 B … 64 KiB. Beyond: 431.
  ByteCount most_chunk_overhead{1_KiB};
  // What a client may send ahead while its stream goes on (its next requests). 0 B … 64 KiB. Beyond: the
  // stream is cut.
  ByteCount most_sent_during_stream{8_KiB};

  // From the first byte of a request (of a new connection: from its acceptance) to the end of its headers. 10
  // ms … 10 min. 408.
  Milliseconds header_deadline{10'000};
  // From the end of the headers to the end of the body. 10 ms … 1 h. 408.
  Milliseconds body_deadline{30'000};
  // How long a connection may stand without a request after an answer. 10 ms … 1 h.
  Milliseconds idle_limit{75'000};
  // How long, and for how many bytes, a client's rest is read after an error, so that it sees the answer. 0 …
  // 60 s.
  Milliseconds linger_limit{2'000};
  ByteCount most_lingering{1_MiB};

  // A stream carries something at least this often. 100 ms … 10 min.
  Milliseconds heartbeat_interval{15'000};
  // A connection whose socket has accepted no byte for this long, although there is something to send, is
  // cut. 100 ms … 1 h.
  Milliseconds stalled_write_limit{60'000};
  // The kernel's send buffer for each connection (SO_SNDBUF); 0: the kernel decides. 0 B … 64 MiB.
  ByteCount send_buffer{0};

  // Streams that are cut for a shutdown tell their clients to come back after this time and up to twice as
  // long, at random. 0 s … 10 min.
  Milliseconds retry_base{3'000};

  // Whose X-Forwarded-For and X-Forwarded-Proto are believed: "10.0.0.0/8", "::1". Empty: nobody's.
  std::vector<std::string> trusted_proxies;
  // The Host names (without port) that are served, any letter case; empty: all. Guards against DNS rebinding.
  // Beyond: 400.
  std::vector<std::string> allowed_hosts;
  // Only requests whose Host is this machine itself are served (localhost, *.localhost, 127.0.0.0/8, [::1]);
  // allowed_hosts does not count then. For development mode, in which anybody is signed in: a page whose own
  // name leads to this machine (DNS rebinding) gets nothing. Others, and requests without Host: 403.
  bool loopback_hosts_only = false;

  CorsConfig cors;
};

}  // namespace belay::transport
