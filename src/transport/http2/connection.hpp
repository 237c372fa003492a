// One connection over a ByteChannel that speaks HTTP/2. It knows neither a socket nor a router.
//
// Callbacks drive it: the channel has bytes, or space for some; a stream has something to send; the timer fires.
// What may be sent is collected and written once a turn, so that many small frames share one write. While the channel is full,
// at most one batch is kept.
//
// The life of a connection:
//   open ─▶ announced (GOAWAY without a limit, then a ping) ─▶ refuses new streams (GOAWAY) ─▶ closed
//     └──── ended by an error: GOAWAY with its code ─▶ lingering: what the client sends is dropped ─▶ closed
//
// Owners: the driver's list, and every wait and posted flush until it has ended. After close() the driver's state
// is not used. Loop thread only. Nothing here throws to the outside, but for want of memory.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/timer_wheel.hpp"
#include "transport/byte_channel.hpp"
#include "transport/connection_purpose.hpp"
#include "transport/http2/flood_guard.hpp"
#include "transport/http2/frame_check.hpp"
#include "transport/http2/http2_state.hpp"
#include "transport/http2/session.hpp"
#include "transport/http2/stream.hpp"

namespace belay::transport {

class Http2Connection : public std::enable_shared_from_this<Http2Connection>, private Http2SessionEvents {
 public:
  using Place = std::list<std::shared_ptr<Http2Connection>>::iterator;
  Http2Connection(const Http2Connection&) = delete;

  // `place`: this connection's position in the driver's list.
  void start(Place place);
  // Ends when its open streams have ended. The client is notified first, so that no request gets lost on the way.
  void drain();
  // Cuts every stream, after a hint when to reconnect.
  void cut_streams(Milliseconds retry_base);
  // Closes the connection in any state.
  void close() { close(ByteChannel::Close::clean, StreamEnd::closed); }

  // ---- for its streams
  Http2State& state() { return *state_; }
  Http2Session& session() { return *session_; }
  const std::string& peer() const { return peer_; }
  bool is_secure() const { return channel_.is_secure(); }
  ConnectionPurpose purpose() const { return purpose_; }
  const std::shared_ptr<std::size_t>& requests() const { return requests_; }
  // The channel accepts nothing at the moment.
  bool is_full() const { return awaits_writable_; }
  // Writes what can be sent, soon.
  void flush_soon();
  // The next flush calls begin_end() and finish_end().
  void end_soon(std::shared_ptr<Http2Stream> stream) { ending_.push_back(std::move(stream)); }
  // The stream's head has arrived: its request can be handled.
  void start_soon(std::shared_ptr<Http2Stream> stream);
  // The session has closed the stream.
  void closed_by_session(Http2Stream& stream, StreamEnd end);
  // Resets the stream. It may be destroyed by this.
  void end_stream(Http2Stream& stream, Http2Error error, StreamEnd end);
  // The only request of a connection that is not served has been answered.
  void refuse_new_streams();

 protected:
  // The channel is used from start() on.
  Http2Connection(Http2State& state, ByteChannel& channel, std::string peer, ConnectionPurpose purpose);
  ~Http2Connection() = default;

 private:
  // Http2SessionEvents
  Http2StreamEvents* stream_began(Http2StreamId id) override;
  bool counted_frame(CountedFrame frame) override;
  void ping_answered() override;
  void answer_sent(std::size_t bytes) override { flood_.answer_sent(bytes); }

  // connection_io.cpp: bytes
  void await_readable();
  void on_readable();
  bool receive(std::string_view bytes);
  void flush();
  void pump();
  bool write(std::string_view bytes);
  void await_writable();
  void end_streams_now();
  void after_io();
  void linger();
  void on_readable_while_lingering();

  // connection.cpp: its life
  void close(ByteChannel::Close how, StreamEnd end);
  void end(Http2Error error);
  void drop_streams(StreamEnd end);
  void timer_fired();
  void check_deadlines(SteadyTime now);
  void arm_timer();
  bool is_idle() const { return streams_.empty() && *requests_ == 0; }

  Http2State* state_;  // null after close()
  Loop& loop_;
  ByteChannel& channel_;
  Place place_;
  Timer timer_;
  const std::string peer_;
  const ConnectionPurpose purpose_;
  FloodGuard flood_;
  FrameCheck check_;
  std::optional<Http2Session> session_;
  std::map<Http2StreamId, std::shared_ptr<Http2Stream>> streams_;
  std::shared_ptr<std::size_t> requests_ = std::make_shared<std::size_t>(0);  // that are being handled
  std::vector<std::shared_ptr<Http2Stream>> starting_;
  std::vector<std::shared_ptr<Http2Stream>> ending_;
  std::vector<std::pair<std::shared_ptr<Http2Stream>, StreamEnd>> closed_streams_;
  std::string unsent_;  // of the last batch, while the channel is full
  std::uint64_t lingered_ = 0;

  // Deadlines begin at these times.
  std::optional<SteadyTime> head_began_;  // a head that has not arrived completely; at first, the first one
  std::optional<SteadyTime> blocked_;     // the channel has accepted nothing since then
  std::optional<SteadyTime> pinged_;
  std::optional<SteadyTime> announced_;
  std::optional<SteadyTime> lingering_;
  SteadyTime last_received_{};
  SteadyTime last_active_{};  // a stream was open

  bool is_closed_ = false;
  bool has_ended_ = false;  // the session accepts nothing more
  bool is_flush_posted_ = false;
  bool awaits_readable_ = false;
  bool awaits_writable_ = false;
  bool refuses_streams_ = false;
};

// A connection and its channel in one allocation.
template <class Channel>
class Http2ConnectionOver final : private ChannelHolder<Channel>, public Http2Connection {
 public:
  template <class... Arguments>
  Http2ConnectionOver(Http2State& state, std::string peer, ConnectionPurpose purpose,
                      Arguments&&... arguments)
      : ChannelHolder<Channel>{Channel(std::forward<Arguments>(arguments)...)},
        Http2Connection(state, this->channel, std::move(peer), purpose) {}
};

}  // namespace belay::transport
