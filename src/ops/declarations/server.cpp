#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

namespace {

void declare_limits(Settings& settings, transport::Config& config) {
  settings.size("most_target", config.most_target, {128_B, 64_KiB},
                "Request target (\"/path?query\") as sent. Beyond: 414.");
  settings.size("most_header_bytes", config.most_header_bytes, {1_KiB, 256_KiB},
                "Request line and headers together; more than most_target. Beyond: 431.");
  settings.integer("most_headers", config.most_headers, {8, 1000, "headers"},
                   "Header fields of a request. Beyond: 431.");
  settings.integer("most_query_parameters", config.most_query_parameters, {1, 1000, "parameters"},
                   "Parameters of a query. Beyond: 400.");
  settings.size(
      "max_ignored_body", config.max_ignored_body, {0_B, 1_MiB},
      "A body on a path that needs none (DELETE, GET) is read and ignored up to here. Beyond: 413.");
  settings.size("most_chunk_overhead", config.most_chunk_overhead, {0_B, 64_KiB},
                "Extension of one chunk, and all trailers, of a chunked request body. Beyond: 431.");
  settings.size("most_sent_during_stream", config.most_sent_during_stream, {0_B, 64_KiB},
                "What a client may send ahead while its stream goes on (its next requests). Beyond: the "
                "stream is cut.");
}

void declare_deadlines(Settings& settings, transport::Config& config) {
  settings.duration("header_deadline", config.header_deadline, {10ms, 10min},
                    "From the first byte of a request (on a new connection: from its acceptance) to the end "
                    "of its headers. "
                    "Beyond: 408.");
  settings.duration("body_deadline", config.body_deadline, {10ms, 1h},
                    "From the end of the headers to the end of the body. Beyond: 408.");
  settings.duration("idle_limit", config.idle_limit, {10ms, 1h},
                    "How long a connection may stand without a request after an answer.");
  settings.duration("linger_limit", config.linger_limit, {0ms, 60s},
                    "How long the rest of a refused request is read, so that the client sees the answer.");
  settings.size("most_lingering", config.most_lingering, {0_B, 1024_MiB}, "How much of it is read.");
  settings.duration(
      "heartbeat_interval", config.heartbeat_interval, {100ms, 10min},
      "A stream carries something at least this often; a comment when there is nothing to say.");
  settings.duration(
      "stalled_write_limit", config.stalled_write_limit, {100ms, 1h},
      "A connection that has accepted no byte for this long, although there is something to send, is cut.");
  settings.duration("retry_base", config.retry_base, {0ms, 10min},
                    "Streams that are cut for a shutdown tell their clients to come back after this time and "
                    "up to twice as "
                    "long, at random.");
}

}  // namespace

void declare_server(Settings& settings, transport::Config& config) {
  settings.section("server", "Where the server listens, and what it bears from its clients.");
  settings.text("address", config.address, 64,
                "The numeric address to listen on: \"127.0.0.1\", \"0.0.0.0\", \"::1\", \"::\". `belay serve "
                "--host` sets it too.");
  settings.integer("port", config.port, {0, 65535},
                   "TCP port. 0 takes a free one. `belay serve --port` sets it too.");
  settings.integer("backlog", config.backlog, {1, 65535, "connections"},
                   "Connections that the kernel holds until they are accepted.");
  settings.integer("most_connections", config.most_connections, {1, 1'000'000, "connections"},
                   "Connections open at once, over all threads.");
  settings.choice<transport::WhenFull>(
      "when_full", config.when_full,
      {{"refuse", transport::WhenFull::refuse}, {"pause", transport::WhenFull::pause}},
      "What happens to a connection beyond that. \"refuse\": it is answered 503 and closed. "
      "\"pause\": it waits in the kernel's queue until another one closes.");
  settings.integer(
      "most_refusing", config.most_refusing, {0, 10'000, "connections"},
      "With \"refuse\": how many may be waiting to read their 503. Beyond it they are closed without one.");
  declare_limits(settings, config);
  declare_deadlines(settings, config);
  settings.size("send_buffer", config.send_buffer, {0_B, 64_MiB},
                "The kernel's send buffer for each connection (SO_SNDBUF). 0B: the kernel decides.");
  settings
      .texts("trusted_proxies", config.trusted_proxies, 64,
             "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, as addresses or networks. "
             "Empty: nobody's.")
      .sample(R"(["10.0.0.0/8", "::1"])");
  settings
      .texts("allowed_hosts", config.allowed_hosts, 64,
             "The Host names, without port, that are served, in any letter case. Empty: all. Guards against "
             "DNS rebinding. "
             "Others: 400.")
      .sample(R"(["chat.example.com"])");

  settings.section("server.cors", "Web pages of other origins that may use the server.");
  settings
      .texts("allowed_origins", config.cors.allowed_origins, 256,
             "Exact origins. Empty: no page of another origin. They may also send the session cookie.")
      .sample(R"(["https://app.example.com"])");
  settings.truth("allow_credentials", config.cors.allow_credentials,
                 "Whether such pages may send cookies (`withCredentials`).");
  settings.texts("extra_request_headers", config.cors.extra_request_headers, 64,
                 "Request headers that such pages may send besides those that the server knows.");
  settings.duration("max_age", config.cors.max_age, {0ms, 24h},
                    "How long a browser may remember the answer to a preflight.");
}

}  // namespace belay::ops
