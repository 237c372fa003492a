#include "transport/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::transport {

using namespace std::chrono_literals;

namespace {

void declare_limits(Settings& settings, Config& config) {
  settings
      .size("max_target", config.max_target, {128_B, 64_KiB},
            "Length of the request target (\"/path?query\") as sent. Beyond: 414.")
      .renamed_from("most_target");
  settings
      .size("max_header_bytes", config.max_header_bytes, {1_KiB, 256_KiB},
            "Length of the request line and headers together. More than max_target. Beyond: 431.")
      .renamed_from("most_header_bytes");
  settings
      .integer("max_headers", config.max_headers, {8, 1000, "headers"},
               "Header fields of a request. Beyond: 431.")
      .renamed_from("most_headers");
  settings
      .integer("max_query_parameters", config.max_query_parameters, {1, 1000, "parameters"},
               "Parameters of a query. Beyond: 400.")
      .renamed_from("most_query_parameters");
  settings.size(
      "max_body_memory", config.max_body_memory, {1_MiB, 65536_MiB},
      "Memory for the request bodies of all clients at once. A body counts by its announced length, "
      "or by the largest that its path reads. One body alone is always read. Beyond: 503, before "
      "the body is read.");
  settings.size("max_body_memory_per_address", config.max_body_memory_per_address, {64_KiB, 65536_MiB},
                "The same for one client address. An IPv6 address counts by its /64; clients on this machine "
                "share only max_body_memory. Beyond: 429.");
  settings.size(
      "max_ignored_body", config.max_ignored_body, {0_B, 1_MiB},
      "A body on a route that needs none (DELETE, GET) is read and ignored up to this size. Beyond: 413.");
  settings
      .size("max_chunk_overhead", config.max_chunk_overhead, {0_B, 64_KiB},
            "In a chunked request body: the size of one chunk's extension, and of all trailers together. "
            "Beyond: 431.")
      .renamed_from("most_chunk_overhead");
  settings
      .size("max_sent_during_stream", config.max_sent_during_stream, {0_B, 64_KiB},
            "How many bytes a client may send ahead (its next requests) while its stream runs. Beyond: the "
            "stream is cut.")
      .renamed_from("most_sent_during_stream");
}

void declare_deadlines(Settings& settings, Config& config) {
  settings.duration("header_deadline", config.header_deadline, {10ms, 10min},
                    "From the first byte of a request to the end of its headers. On a new connection it "
                    "starts when the connection is accepted. Beyond: 408.");
  settings.duration("body_deadline", config.body_deadline, {10ms, 1h},
                    "From the end of the headers to the end of the body. Beyond: 408.");
  settings.duration("idle_limit", config.idle_limit, {10ms, 1h},
                    "How long a connection may stay open without a request after an answer.");
  settings.duration(
      "linger_limit", config.linger_limit, {0ms, 60s},
      "How long the rest of a refused request is read and dropped, so that the client sees the answer.");
  settings
      .size("max_lingering", config.max_lingering, {0_B, 1024_MiB}, "How many bytes of that rest are read.")
      .renamed_from("most_lingering");
  settings.duration("heartbeat_interval", config.heartbeat_interval, {100ms, 10min},
                    "A stream sends something at least this often: a comment when there is no event.");
  settings.duration(
      "stalled_write_limit", config.stalled_write_limit, {100ms, 1h},
      "A connection is cut when there is something to send and it has accepted no byte for this long.");
  settings.duration("retry_base", config.retry_base, {0ms, 10min},
                    "Streams that are cut for a shutdown ask their clients to reconnect after a random time "
                    "between this value and twice this value.");
}

void declare_http2(Settings& settings, Http2Config& config) {
  settings.section("server.http2", "HTTP/2. The limits of requests are those above.");
  settings.boolean("enabled", config.enabled, "Whether clients that use TLS may choose HTTP/2.");
  settings.boolean(
      "cleartext", config.cleartext,
      "Whether the proxies in trusted_proxies may speak HTTP/2 without TLS (\"prior knowledge\").");
  settings.integer(
      "max_streams", config.max_streams, {1, 10'000, "streams"},
      "Requests open at once on a connection. Beyond: the stream is refused, and the client may try "
      "again.");
  settings.size("body_window", config.body_window, {64_KiB, 16_MiB},
                "How much of a body a client may send ahead, once the request is accepted.");
  settings.size("header_table", config.header_table, {0_B, 64_KiB},
                "The table of header fields that a connection keeps in each direction (HPACK).");
  settings.integer("max_resets", config.max_resets, {10, 100'000, "streams"},
                   "How many requests a client may give up within flood_interval. Beyond: the connection is "
                   "closed.");
  settings.integer(
      "max_control_frames", config.max_control_frames, {100, 1'000'000, "frames"},
      "How many frames without a request, a body or a window for an answer a client may send within "
      "flood_interval. Beyond: the connection is closed.");
  settings.duration("flood_interval", config.flood_interval, {100ms, 10min},
                    "The interval of these two limits.");
  settings.duration("ping_after", config.ping_after, {100ms, 1h},
                    "A connection with open streams that has sent nothing for this long is asked whether it "
                    "still exists.");
  settings.duration("ping_deadline", config.ping_deadline, {100ms, 10min},
                    "How long it may take to answer. Beyond: the connection is closed.");
}

}  // namespace

void declare(Settings& settings, Config& config) {
  settings.section("server", "Where the server listens, and its limits for clients.");
  settings.string(
      "address", config.address, 64,
      "The numeric address to listen on: \"127.0.0.1\", \"0.0.0.0\", \"::1\", \"::\". `belay serve "
      "--host` sets it too.");
  settings.integer("port", config.port, {0, 65535},
                   "TCP port. 0: a free port. `belay serve --port` sets it too.");
  settings.boolean(
      "plain", config.plain,
      "Whether this port, which is without TLS, is served. false: only server.tls.port is. Keep it "
      "for a proxy on this machine; other clients should use TLS.");
  settings.integer("backlog", config.backlog, {1, 65535, "connections"},
                   "Connections that the kernel queues until the server accepts them.");
  settings
      .integer("max_connections", config.max_connections, {1, 1'000'000, "connections"},
               "Connections open at once, over all threads.")
      .renamed_from("most_connections");
  settings.integer("max_connections_per_address", config.max_connections_per_address,
                   {1, 1'000'000, "connections"},
                   "Connections open at once from one client address. An IPv6 address counts by its /64. "
                   "Trusted proxies and this machine are not limited. Beyond: 429.");
  settings.choice<WhenFull>(
      "when_full", config.when_full, {{"refuse", WhenFull::refuse}, {"pause", WhenFull::pause}},
      "What happens to a connection beyond that limit. \"refuse\": it is answered with 503 and closed. "
      "\"pause\": it waits in the kernel's queue until another connection closes.");
  settings.integer("health_reserve", config.health_reserve, {0, 1'000, "connections"},
                   "With \"refuse\": how many connections beyond max_connections may ask for /healthz at "
                   "once. A request for something else gets the 503.");
  settings
      .integer("max_refusing", config.max_refusing, {0, 10'000, "connections"},
               "With \"refuse\": how many connections may wait for their 503 at once. Further ones are "
               "closed without an answer.")
      .renamed_from("most_refusing");
  declare_limits(settings, config);
  declare_deadlines(settings, config);
  settings.size("send_buffer", config.send_buffer, {0_B, 64_MiB},
                "The kernel's send buffer of each connection (SO_SNDBUF). 0B: the kernel decides.");
  settings
      .string_list(
          "trusted_proxies", config.trusted_proxies, 64,
          "Proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted, as addresses or networks. "
          "Empty: none.")
      .sample(R"(["10.0.0.0/8", "::1"])");
  settings
      .string_list("allowed_hosts", config.allowed_hosts, 64,
                   "The Host names, without port and in any letter case, that are served. Empty: all. Guards "
                   "against DNS rebinding. Other names: 400.")
      .sample(R"(["chat.example.com"])");

  settings.section("server.cors", "Web pages of other origins that may use the server.");
  settings
      .string_list(
          "allowed_origins", config.cors.allowed_origins, 256,
          "Exact origins. Empty: no page of another origin may use it. Pages of these origins may also "
          "send the session cookie.")
      .sample(R"(["https://app.example.com"])");
  settings.boolean("allow_credentials", config.cors.allow_credentials,
                   "Whether such pages may send cookies (`withCredentials`).");
  settings.string_list("extra_request_headers", config.cors.extra_request_headers, 64,
                       "Request headers that such pages may send in addition to the server's own list.");
  settings.duration("max_age", config.cors.max_age, {0ms, 24h},
                    "How long a browser may cache the answer to a preflight.");
  declare_http2(settings, config.http2);

  declare(settings, config.tls);
}

}  // namespace belay::transport
