// One request over HTTP/2 and its answer.
//
// A coroutine asks the dispatcher, as for HTTP/1.1: identify, route, check, body, answer. When there is an answer,
// all that belonged to the request is freed. From then on the session pulls the answer's bytes when the client's
// window and the channel have space: from a text, or from a ByteSource, whose cursor waits meanwhile. A wake of the source
// only schedules a flush of the connection. When the answer is an upgrade (a WebSocket, RFC 8441), its handler speaks on
// an Http2Tunnel, whose bytes the session pulls in the same way.
//
// Owners: the connection while the stream is open, and the coroutine until the handler has returned. After
// detach() the connection is not used. Loop thread only.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/thread_pool.hpp"
#include "base/timer_wheel.hpp"
#include "transport/address_usage.hpp"
#include "transport/http2/http2_state.hpp"
#include "transport/http2/request_fields.hpp"
#include "transport/http2/session.hpp"
#include "transport/http2/tunnel.hpp"
#include "transport/message.hpp"
#include "transport/observer.hpp"

namespace belay::transport {

class Http2Connection;

class Http2Stream final : public std::enable_shared_from_this<Http2Stream>,
                          public Http2StreamEvents,
                          private ByteSource::Waker,
                          private ClientWatch,
                          private OpenStream,
                          private BodyReader,
                          private Http2Tunnel::Owner {
 public:
  // The connection outlives the stream until detach().
  Http2Stream(Http2Connection& connection, Http2StreamId id);
  ~Http2Stream();
  Http2Stream(const Http2Stream&) = delete;
  Http2Stream& operator=(const Http2Stream&) = delete;

  Http2StreamId id() const { return id_; }
  // The head has arrived: runs the request.
  void start();
  // Cuts the answer if it is a stream, after a hint when to reconnect, when the connection flushes next.
  void cut(Milliseconds retry, StreamEnd end);
  // The server takes no new work: another protocol that speaks here may end.
  void drain(Milliseconds retry);
  // While the connection flushes: puts the last message of a stream that is to be ended in front of the session.
  void begin_end();
  // Then, when it has been flushed: resets the stream, unless its end is clean.
  void finish_end();
  // The stream has been closed, and `end` says why if that is not known yet. Reports it, and frees what the answer
  // holds. A handler that is running goes on, and notices that its client has gone.
  void detach(StreamEnd end);

  // ---- Http2StreamEvents
  bool field(std::string_view name, std::string_view value) override;
  void trailer(std::size_t bytes) override;
  void head_ended() override;
  void body_arrived(std::string_view bytes) override;
  void body_ended() override;
  void stream_closed(Http2Error error) override;
  void head_sent(std::size_t bytes) override;
  Piece peek_body(std::size_t max) override;
  void append_body(std::size_t size, std::string& out) override;

 private:
  struct Incoming;
  struct Outgoing;
  struct Upgraded;
  enum class BodyPhase : std::uint8_t {
    held,      // nobody has decided yet: it is kept, and the client's window stays used
    whole,     // it is collected for the handler
    streamed,  // the handler reads it in pieces
    ignored,   // it is counted and dropped
    dropped,
  };

  // stream.cpp: the request
  static Awaitable<> run(std::shared_ptr<Http2Stream> self);
  Awaitable<> exchange();
  Awaitable<> answer_when_full(std::optional<Response>& response);
  std::optional<Response> find_route();
  void begin_request();

  // stream_body.cpp: its body, and whether the client is still connected
  Awaitable<> admit_body(std::optional<Response>& refusal);
  void accept_body();
  void ask_for_body();
  void drop_body();
  void begin_body(BodyPhase phase, std::uint64_t max);
  Awaitable<> receive_body();
  Awaitable<> wait_for_body();
  void wake_body();
  void refuse_body(Refusal refusal);
  Awaitable<Result<std::string>> read() override;
  void watch(UniqueFunction<void()> gone) override;
  void unwatch() override;

  // stream_answer.cpp: the answer
  void respond(Response response);
  void make_sendable(Response& response);
  void start_stream(StreamBody body);
  void wake() override;
  void send_own(std::string_view text);
  void end_with(std::string last_message, bool is_clean, StreamEnd end);
  void revoke(std::string_view last_message) override;
  void expire(Milliseconds retry) override;
  bool at_boundary() const;
  bool is_blocked() const;
  void arm_answer_timer();
  void timer_fired();
  void ask_source();
  void answer_timer_fired();
  void report_end(StreamEnd end);

  // stream_upgrade.cpp: another protocol on the stream
  void refuse_success(Response& response) const;
  void start_upgraded(Upgrade upgrade);
  void upgraded_is_over(const std::exception_ptr& failure);
  Piece peek_tunnel(std::size_t max);
  void append_tunnel(std::size_t size, std::string& text);
  void tunnel_has_output() override;
  void tunnel_consumed(std::size_t bytes) override;

  Http2State& state() const;
  Http2Session& session() const;
  SteadyTime now() const;

  Http2Connection* connection_;  // null after detach()
  Loop& loop_;
  const Http2StreamId id_;
  Timer timer_;
  std::unique_ptr<Incoming> incoming_;  // until there is an answer
  std::unique_ptr<Outgoing> outgoing_;  // from then on
  std::unique_ptr<Upgraded> upgraded_;  // when it is an upgrade: until the stream is destroyed
};

}  // namespace belay::transport
