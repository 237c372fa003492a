// What the transport reports to logs and metrics. The transport knows neither of them.
//
// The methods are called on all loops, also at the same time. An observer is thread-safe, returns at once and
// does not throw. The string views are valid only during the call. No body, no query and no header value is
// reported, so no secret can reach a log from here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "transport/address_usage.hpp"

namespace belay::transport {

enum class StreamEnd : std::uint8_t {
  complete,      // the source ended and all of it was sent
  client_gone,   // the client closed or reset the connection
  client_noisy,  // the client sent more than is allowed, or what its protocol does not allow
  stalled,       // the client's socket accepted nothing for too long
  source_lost,   // the source could not continue: the stream was cut so that the client resumes
  drained,       // cut for a shutdown, after a hint when to reconnect
  closed,        // the server was closed
  revoked,       // the client's access was revoked
  sign_in_over,  // the client's sign-in expired: the stream was cut so that it comes back with a new one
};
constexpr std::string_view to_string(StreamEnd end) {
  switch (end) {
    case StreamEnd::complete:
      return "complete";
    case StreamEnd::client_gone:
      return "client_gone";
    case StreamEnd::client_noisy:
      return "client_noisy";
    case StreamEnd::stalled:
      return "stalled";
    case StreamEnd::source_lost:
      return "source_lost";
    case StreamEnd::drained:
      return "drained";
    case StreamEnd::closed:
      return "closed";
    case StreamEnd::revoked:
      return "revoked";
    case StreamEnd::sign_in_over:
      return "sign_in_over";
  }
  return "closed";
}

enum class ConnectionRefusal {
  too_many,  // Config::max_connections, max_connections_per_address; TlsConfig::max_handshakes_per_address
  no_descriptors,  // no free file descriptor (process or system): it waits in the backlog
  accept_error     // accepting failed for another reason
};
constexpr std::string_view to_string(ConnectionRefusal reason) {
  switch (reason) {
    case ConnectionRefusal::too_many:
      return "too_many";
    case ConnectionRefusal::no_descriptors:
      return "no_descriptors";
    case ConnectionRefusal::accept_error:
      return "accept_error";
  }
  return "accept_error";
}

// How a TLS handshake ended.
enum class HandshakeEnd : std::uint8_t {
  complete,    // with all its steps
  resumed,     // shortened by a session ticket
  failed,      // the two sides could not agree, or the client has gone
  timed_out,   // TlsConfig::handshake_deadline
  plain_http,  // the client spoke HTTP without TLS
};
constexpr std::string_view to_string(HandshakeEnd end) {
  switch (end) {
    case HandshakeEnd::complete:
      return "complete";
    case HandshakeEnd::resumed:
      return "resumed";
    case HandshakeEnd::failed:
      return "failed";
    case HandshakeEnd::timed_out:
      return "timed_out";
    case HandshakeEnd::plain_http:
      return "plain_http";
  }
  return "failed";
}

// Stands in for names that clients invent, so that clients cannot fill a log's index or a metric's labels.
inline constexpr std::string_view kOther = "other";

// One exchange. `method` is one of the methods that HTTP itself defines, else kOther. `route` is Route::name,
// or kOther when no route was found. `bytes` is the number of bytes sent, headers included.
struct RequestReport {
  std::string_view protocol;  // "http/1.1", "h2": as in ALPN
  std::string_view method;
  std::string_view route;
  std::string_view request_id;
  std::string_view peer;
  int status = 0;
  std::chrono::nanoseconds duration{0};
  std::uint64_t bytes = 0;
};

struct StreamReport {
  std::string_view protocol;
  std::string_view route;
  std::string_view request_id;
  std::string_view peer;
  std::chrono::nanoseconds duration{0};  // since the request arrived
  std::uint64_t bytes = 0;
  StreamEnd end = StreamEnd::complete;  // only in stream_closed()
};

// Every method does nothing by default, so an observer overrides only the ones it needs.
class TransportObserver {
 public:
  virtual ~TransportObserver() = default;
  virtual void connection_opened() {}
  virtual void connection_closed() {}
  virtual void connection_refused(ConnectionRefusal) {}
  virtual void handshake_ended(HandshakeEnd) {}
  // An answer that is not a stream was sent. If the client disconnected before the end, `bytes` is what was
  // sent until then.
  virtual void request_finished(const RequestReport&) {}
  virtual void stream_opened(const StreamReport&) {}
  virtual void stream_closed(const StreamReport&) {}
  // A handler threw or returned a response that cannot be sent. This is a bug. The client received 500.
  virtual void handler_failed(std::string_view /*route*/, std::string_view /*request_id*/,
                              std::string_view /*what*/) {}
};

// What is open now, over all loops. Any thread may read it.
struct OpenCounts {
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> streams{0};
  std::atomic<std::size_t> reserve_used{0};  // connections beyond Config::max_connections
  // Shared with requests, which may end after the listener.
  std::shared_ptr<AddressUsage> by_address = std::make_shared<AddressUsage>();   // connections
  std::shared_ptr<AddressUsage> body_memory = std::make_shared<AddressUsage>();  // bytes of bodies
};

}  // namespace belay::transport
