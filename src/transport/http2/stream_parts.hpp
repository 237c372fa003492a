// What a stream holds while its request is handled, and while its answer is sent. For the stream_*.cpp files.
#pragma once

#include "transport/http2/stream.hpp"
#include "transport/router.hpp"

namespace belay::transport {

struct Http2Stream::Incoming {
  Incoming(const Config& config, std::shared_ptr<std::size_t> count)
      : fields(config), requests(std::move(count)) {
    ++*requests;
  }
  ~Incoming() { --*requests; }
  Incoming(const Incoming&) = delete;

  RequestFields fields;
  const std::shared_ptr<std::size_t> requests;  // of the connection, which may be gone before the handler
  Request request;
  std::optional<Refusal> refusal;  // of the head or the body
  const Route* route = nullptr;
  SteadyTime started{};
  std::optional<std::uint64_t> content_length;
  bool has_body = true;
  bool is_connect = false;  // an extended CONNECT: there is no body, but what another protocol says
  bool expects_continue = false;

  BodyPhase phase = BodyPhase::held;
  bool is_asked_for = false;
  bool body_ended = false;
  bool body_arrived = false;  // a byte of it
  std::uint64_t max_body = 0;
  std::uint64_t received = 0;
  std::size_t trailers = 0;
  std::string body;  // what was received and not taken
  std::unique_ptr<AddressShare> body_memory;
  UniqueFunction<void(bool)> body_waiter;  // the coroutine, while it waits for more of the body
  UniqueFunction<void()> gone;             // the handler's callback while it watches the client
};

// Another protocol on the stream. The handler outlives the connection until it is done.
struct Http2Stream::Upgraded {
  Upgraded(Loop& loop, Http2Tunnel::Owner& owner, bool is_secure, std::unique_ptr<UpgradeHandler> speaks)
      : channel(loop, owner, is_secure), handler(std::move(speaks)) {}

  Http2Tunnel channel;
  const std::unique_ptr<UpgradeHandler> handler;
};

struct Http2Stream::Outgoing {
  // A text of ours goes out before the source's next byte: an answer that is not a stream, a preamble, a heartbeat, a
  // last message.
  std::string own;
  std::size_t own_sent = 0;
  bool ends_after_own = false;
  bool fails_after_own = false;
  bool is_asleep = false;                   // the source has nothing to send until it wakes
  bool is_boundary = true;                  // and it is between two messages
  bool is_deferred = false;                 // the session waits for resume()
  bool is_last = false;                     // of the piece that was peeked at
  bool is_complete = false;                 // the last byte was sent
  bool ends_cleanly = false;                // with last_message
  std::optional<std::string> last_message;  // the stream is to be ended at the next flush
  std::optional<StreamEnd> end;
  std::unique_ptr<ByteSource> source;  // null: the answer is not a stream
  const Framing* framing = nullptr;
  std::unique_ptr<StreamWatch> watch;
  SteadyTime last_sent{};
  SteadyTime blocked_since{};  // while there is something to send

  // For the reports.
  std::string request_id;
  std::string peer;
  std::string_view method;
  const Route* route = nullptr;
  int status = 0;
  SteadyTime started{};
  std::uint64_t bytes = 0;
};

}  // namespace belay::transport
