// One connection over a ByteChannel, from its first request to its close. It knows neither a socket nor a router.
//
// A coroutine reads and answers requests: read a head, ask the dispatcher for the route, read the body, await
// the dispatcher's answer, write it, repeat. When the answer is a stream, the coroutine ends and everything that belonged to
// the request is freed. This object, the StreamWriter and the source remain. Callbacks drive the stream: the
// source wakes it, the channel accepts bytes again, the client sends or closes something, or the timer fires.
// After a clean end of the stream, a new coroutine handles the next request. When the answer is an upgrade, the coroutine
// ends too, and the handler of the other protocol is driven by callbacks of its own.
//
// While a handler runs, nothing is read, unless the handler asks whether its client is still connected
// (ClientPresence).
//
// Owners: the driver's list, and every running operation (coroutine, wait) until it has ended. A handler that
// is running when the connection closes runs to its end, and its answer is dropped. After close() the
// driver's state is not used, so the driver may be destroyed by then. Loop thread only. Nothing here throws
// to the outside.
#pragma once

#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/byte_source.hpp"
#include "base/thread_pool.hpp"
#include "base/timer_wheel.hpp"
#include "transport/address_usage.hpp"
#include "transport/byte_channel.hpp"
#include "transport/connection_purpose.hpp"
#include "transport/http1/http1_state.hpp"
#include "transport/http1/request_reader.hpp"
#include "transport/http1/stream_writer.hpp"
#include "transport/message.hpp"
#include "transport/observer.hpp"

namespace belay::transport {

class Http1Connection : public std::enable_shared_from_this<Http1Connection>,
                        private ByteSource::Waker,
                        private ClientWatch,
                        private OpenStream {
 public:
  using Place = std::list<std::shared_ptr<Http1Connection>>::iterator;
  Http1Connection(const Http1Connection&) = delete;

  // `place`: this connection's position in the driver's list.
  void start(Place place);
  // Closes the connection if it is idle between two requests. Another protocol that speaks on it may end it.
  void drain();
  // Cuts the stream, if there is one, after a hint when to reconnect.
  void cut_stream(Milliseconds retry);
  // Closes the connection in any state.
  void close() { close(ByteChannel::Close::clean); }

 protected:
  // The channel is used from start() on.
  Http1Connection(Http1State& state, ByteChannel& channel, std::string peer, ConnectionPurpose purpose);
  ~Http1Connection() = default;

 private:
  static constexpr std::string_view kProcessing = "HTTP/1.1 102 Processing\r\n\r\n";

  // What the coroutine does first, and what it does after an exchange.
  enum class Next { exchange, stream, upgrade, linger, close };
  struct Exchange;
  struct Stream;
  struct Upgraded;
  class StreamedBody;

  // connection.cpp: requests and their answers
  static Awaitable<> run(std::shared_ptr<Http1Connection> self, Next next);
  void spawn(Next next);
  Awaitable<Next> exchange();
  Awaitable<Next> refuse_connection();
  Awaitable<Next> serve_health();
  Awaitable<bool> receive_head(Exchange& exchange);
  Awaitable<Next> respond(Exchange& exchange, Response& response);
  Awaitable<void> linger();
  void begin_request(Exchange& exchange);
  std::optional<Response> find_route(Exchange& exchange);
  std::string make_head(Exchange& exchange, Response& response);
  void report_request(const Exchange& exchange, int status, std::uint64_t bytes);

  // connection_body.cpp: the body
  Awaitable<> admit_body(Exchange& exchange, std::optional<Response>& refusal);
  std::optional<Response> reserve_body_memory(Exchange& exchange);
  Awaitable<bool> begin_body(Exchange& exchange);
  Awaitable<bool> receive_body(Exchange& exchange);
  Awaitable<Result<std::string>> read_body(Exchange& exchange);

  // connection_io.cpp: bytes
  enum class Received { some, end, timed_out };
  Awaitable<Received> receive(RequestReader& reader);
  Awaitable<bool> write(std::string head, std::string body, std::uint64_t& sent);
  Awaitable<bool> wait(ByteChannel::Wait what);
  void feed(RequestReader& reader, std::string_view bytes);
  void timer_fired();
  void close(ByteChannel::Close how);

  // connection_watch.cpp: whether the client is still connected while a handler runs
  void watch(UniqueFunction<void()> gone) override;
  void unwatch() override;
  void await_client();
  void await_reset();
  void on_client_event();
  void client_finished_sending();
  void client_is_gone();
  bool watches(std::uint32_t serial) const;

  // connection_upgrade.cpp: another protocol on the channel
  Awaitable<Next> switch_protocol(Exchange& exchange, Upgrade upgrade, std::string head);
  void start_upgraded();
  void upgraded_is_over(const std::exception_ptr& failure);
  void report_failure(const std::exception_ptr& failure);
  void drain_upgraded();
  void end_upgraded(StreamEnd end);

  // connection_stream.cpp: the stream
  void start_stream(Exchange& exchange, StreamBody body, std::string head);
  void wake() override;
  void pump();
  StreamWriter::Progress write_between_messages(std::string_view text);
  void account();
  void settle(StreamWriter::Progress progress);
  void await_writable();
  void watch_client();
  void on_client_readable();
  void arm_stream_timer();
  void stream_timer_fired();
  void revoke(std::string_view last_message) override;
  void expire(Milliseconds retry) override;
  void cut_stream(Milliseconds retry, StreamEnd end);
  void end_stream(StreamEnd end);
  void finish_stream();
  std::unique_ptr<Stream> take_stream(StreamEnd end);
  bool streams(std::uint32_t serial) const;

  Http1State* state_;  // null after close()
  Loop& loop_;
  ByteChannel& channel_;
  Place place_;
  Timer timer_;
  std::string peer_;
  std::string pipelined_bytes_;  // bytes of later requests that arrived with the last one
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Upgraded> upgraded_;
  UniqueFunction<void()> client_gone_;  // the handler's callback while it watches
  std::uint32_t stream_serial_ = 0;     // callbacks of an earlier stream must not act on a later one
  std::uint32_t watch_serial_ = 0;
  const ConnectionPurpose purpose_;
  std::uint8_t unsent_interim_ = 0;  // bytes at the end of kProcessing, of which the beginning was sent
  bool closed_ = false;
  bool timed_out_ = false;
  bool idle_ = false;                  // waits for a request after an answer
  bool is_first_request_ = true;       // no request has been answered yet
  bool takes_interim_ : 1 = false;     // the current request is HTTP/1.1: 1xx answers may be sent
  bool finished_sending_ : 1 = false;  // the client has closed its sending half
  bool reads_body_ : 1 = false;        // the handler reads a streamed body, and the channel is not watched
};

// The body of a request whose handler reads it while it arrives.
class Http1Connection::StreamedBody final : public BodyReader {
 public:
  StreamedBody(Http1Connection& connection, Exchange& exchange)
      : connection_(connection), exchange_(exchange) {}
  Awaitable<Result<std::string>> read() override { return connection_.read_body(exchange_); }

 private:
  Http1Connection& connection_;
  Exchange& exchange_;
};

// One request until it is answered. Lives in the coroutine, and with it as long as a connection waits for a
// request: what only some requests need is allocated.
struct Http1Connection::Exchange {
  explicit Exchange(const Http1State& state) : reader(state.config) {}
  Exchange(const Exchange&) = delete;

  RequestReader reader;
  Request request;
  std::unique_ptr<AddressShare> body_memory;    // null: it has no body
  std::unique_ptr<StreamedBody> streamed_body;  // null: its route does not stream
  bool body_begun = false;
  bool client_gone = false;  // while its streamed body was read
  const Route* route = nullptr;
  SteadyTime started{};
  bool http_1_0 = false;
  bool keep_alive = false;  // the connection may continue after this answer
};

// What remains of an exchange while its answer is streamed.
struct Http1Connection::Stream {
  StreamWriter writer;
  const Framing& framing;
  std::string request_id;
  std::string peer;
  const Route* route;
  SteadyTime started;
  SteadyTime last_sent;          // or, while is_full, since when the channel has accepted nothing
  std::uint64_t written_before;  // by the channel, before this stream
  std::uint64_t bytes = 0;
  bool is_full = false;
  std::optional<StreamEnd> end = std::nullopt;  // set when the stream is about to be removed
  bool keep_alive;
  bool awaits_writable = false;
  // The source waits and all its bytes are sent: the server may send text of its own now.
  bool at_boundary = false;
  bool is_revoked = false;
  std::unique_ptr<StreamWatch> watch;
};

// What remains of an exchange whose answer is an upgrade.
struct Http1Connection::Upgraded {
  std::unique_ptr<UpgradeHandler> handler;
  std::string request_id;
  std::string peer;
  const Route* route;
  SteadyTime started;
  std::uint64_t written_before;  // by the channel, before the 101
  bool is_over = false;          // and reported
};

// A connection and its channel in one allocation.
template <class Channel>
class Http1ConnectionOver final : private ChannelHolder<Channel>, public Http1Connection {
 public:
  template <class... Arguments>
  Http1ConnectionOver(Http1State& state, std::string peer, ConnectionPurpose purpose,
                      Arguments&&... arguments)
      : ChannelHolder<Channel>{Channel(std::forward<Arguments>(arguments)...)},
        Http1Connection(state, this->channel, std::move(peer), purpose) {}
};

}  // namespace belay::transport
