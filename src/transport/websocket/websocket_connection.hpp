// One WebSocket over a ByteChannel, from the 101 to its end. It knows neither a socket nor HTTP.
//
//   open ──close()──▶ closing ──the client's close frame──▶ ending ──the client's end──▶ over
//     └──the client's close frame, or a fault of either side──▶ │
//
//   closing   our close frame is queued or sent; the client's is awaited, and what it still sends is dropped
//   ending    our close frame is queued or sent; then our half of the channel is closed, and what arrives is dropped.
//             Closing a socket with unread bytes would reset it, and the client might not see the code.
//
// All of it is callbacks: bytes arrive, the source wakes it, the channel accepts bytes again, the handler calls, the timer
// fires. No coroutine: idle sockets are many, and its frame would be larger than this object. What the handler asks for is
// carried out in a later step of the loop, or at the end of the step in which bytes arrived.
//
// Owners: whoever called start(), the waits for the channel, and what is posted to the loop. Loop thread only.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/function.hpp"
#include "base/timer_wheel.hpp"
#include "transport/byte_channel.hpp"
#include "transport/observer.hpp"
#include "transport/websocket/message_reader.hpp"
#include "transport/websocket/websocket.hpp"
#include "transport/websocket/websocket_writer.hpp"

namespace belay::transport {

class WebSocketConnection final : public std::enable_shared_from_this<WebSocketConnection>,
                                  public WebSocket,
                                  private ByteSource::Waker,
                                  private OpenStream {
 public:
  WebSocketConnection(Loop& loop, std::unique_ptr<WebSocketHandler> handler, WebSocketOptions options);
  WebSocketConnection(const WebSocketConnection&) = delete;

  // Called once, when the WebSocket is over, with what the handler threw, or null. Never from inside start().
  using Done = UniqueFunction<void(std::exception_ptr)>;
  // `received`: what the client has sent already. The channel is used until `done` is called.
  void start(ByteChannel& channel, std::string received, Done done);
  // The server shuts down: now, or as soon as nothing is shown.
  void shut_down(Milliseconds retry);
  void drain(Milliseconds retry);
  // Why it ended, once it has.
  StreamEnd end() const { return end_; }

  void send(std::string text) override;
  void show(std::unique_ptr<ByteSource> source) override;
  void stop_showing() override;
  bool is_showing() const override { return phase_ == Phase::open && writer_.is_showing(); }
  void close(CloseCode code, std::string_view reason) override;
  Loop& loop() override { return loop_; }

 private:
  enum class Phase : std::uint8_t { open, closing, ending, over };

  // websocket_connection.cpp: the life of the socket
  void begin(ByteChannel& channel, std::string received);
  void finish();
  void finish(StreamEnd end);
  void read_later(Done done);
  std::exception_ptr end_handler();
  void leave(Phase phase, CloseCode code, StreamEnd end);
  void fail(CloseCode code, std::string_view why, StreamEnd end = StreamEnd::client_noisy);
  void close_if_drained();
  // An exception is a bug. It ends the socket, and `done` gets it.
  template <class Call>
  void call_handler(Call call) {
    try {
      call(*handler_);
    } catch (...) {
      failure_ = std::current_exception();
      fail(CloseCode::internal_error, "The server failed.", StreamEnd::closed);
    }
  }
  void expire(Milliseconds retry) override;
  void revoke(std::string_view last_message) override;

  // websocket_io.cpp: bytes
  void receive();
  void input_ended();
  void feed(std::string_view bytes);
  void handle(const MessageReader::Event& event);
  void handle_message(const MessageReader::Event& event);
  bool is_too_fast(std::uint32_t& count, std::uint32_t max);
  void peer_closed(const MessageReader::Event& event);
  void wake() override { pump(); }
  void schedule_pump();
  void pump();
  void await_writable();
  void source_has_ended();
  void drop_old_sources();

  // websocket_io.cpp: time
  SteadyTime now() const { return loop_.clock().steady(); }
  void arm_timer();
  void timer_fired();

  Loop& loop_;
  std::unique_ptr<WebSocketHandler> handler_;
  std::unique_ptr<StreamWatch> watch_;
  const WebSocketLimits limits_;
  MessageReader reader_;
  WebSocketWriter writer_;
  ByteChannel* channel_ = nullptr;  // null before start() and after the end
  std::exception_ptr failure_;      // the handler threw this
  Timer timer_;
  SteadyTime last_received_{};
  SteadyTime pinged_{};
  SteadyTime full_since_{};     // or since when the channel has accepted nothing
  SteadyTime message_since_{};  // while the reader is inside a message
  SteadyTime left_open_{};      // when the phase was `open` last
  SteadyTime window_began_{};   // of the rates
  std::uint32_t messages_in_window_ = 0;
  std::uint32_t control_frames_in_window_ = 0;
  std::uint32_t shows_ = 0;  // a source that has ended must not be reported after a later one was shown
  std::size_t dropped_bytes_ = 0;
  std::optional<Milliseconds> drain_retry_;  // set once the server drains
  CloseCode code_ = CloseCode::abnormal;
  Phase phase_ = Phase::open;
  StreamEnd end_ = StreamEnd::client_gone;
  bool is_full_ = false;
  bool awaits_writable_ = false;
  bool awaits_pong_ = false;
  bool is_inside_message_ = false;
  bool is_receiving_ = false;  // or beginning: pumped at the end of it
  bool wants_pump_ = false;
  bool has_finished_sending_ = false;
};

}  // namespace belay::transport
