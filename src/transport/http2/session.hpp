// The frames of one connection: a server's session of nghttp2, without its types.
//
// It turns bytes into events and answers into bytes. It knows no channel, no request and no clock. Bytes of bodies
// are pulled when the client's window has space for them, so a full window costs nothing here.
//
// Threads: the connection's loop. Events are called inside receive() and send(); there they may submit things, but
// must not call receive() or send(), and must not destroy the session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/config.hpp"
#include "transport/message.hpp"

struct nghttp2_session;

namespace belay::transport {

using Http2StreamId = std::int32_t;

// RFC 9113, section 7: those that the server uses itself.
enum class Http2Error : std::uint32_t {
  none = 0x0,
  protocol = 0x1,
  internal = 0x2,
  stream_closed = 0x5,
  refused_stream = 0x7,
  calm_down = 0xb,  // ENHANCE_YOUR_CALM
};

// What happens on one stream.
class Http2StreamEvents {
 public:
  // A field of the request's head. False: the client wants to exhaust the server.
  virtual bool field(std::string_view name, std::string_view value) = 0;
  virtual void trailer(std::size_t bytes) = 0;
  virtual void head_ended() = 0;
  // The caller of consume_connection() and consume_stream() is responsible for these bytes.
  virtual void body_arrived(std::string_view bytes) = 0;
  virtual void body_ended() = 0;
  // The stream has been closed by either side. It is not used after this.
  virtual void stream_closed(Http2Error error) = 0;

  // The answer's head has been sent in a frame of this size.
  virtual void head_sent(std::size_t bytes) = 0;
  // The next bytes of the answer's body.
  struct Piece {
    enum class State : std::uint8_t { bytes, deferred, failed } state = State::deferred;
    std::size_t size = 0;
    bool is_last = false;
  };
  // At most `max` bytes. With `bytes`, append_body() follows at once. With `deferred`, resume() must be called
  // when there is more. With `failed` the stream is reset.
  virtual Piece peek_body(std::size_t max) = 0;
  virtual void append_body(std::size_t size, std::string& out) = 0;

 protected:
  ~Http2StreamEvents() = default;
};

// What happens on the connection.
class Http2SessionEvents {
 public:
  // A client begins a stream. Null: the stream is refused, and the client may try again.
  virtual Http2StreamEvents* stream_began(Http2StreamId id) = 0;

  // Frames that FloodGuard counts. False: the client has sent too many, and the session ends.
  enum class CountedFrame : std::uint8_t { reset, control, window_update };
  virtual bool counted_frame(CountedFrame frame) = 0;
  virtual void ping_answered() = 0;
  virtual void answer_sent(std::size_t bytes) = 0;

 protected:
  ~Http2SessionEvents() = default;
};

class Http2Session {
 public:
  // `max_streams`: open at once. The events outlive the session.
  Http2Session(const Config& config, std::size_t max_streams, Http2SessionEvents& events);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // False: the session has ended, and a GOAWAY says why.
  bool receive(std::string_view bytes);
  // Appends what can be sent now, until `out` has about `max` bytes. False as above.
  bool send(std::string& out, std::size_t max);
  // Neither: the connection can be closed.
  bool wants_to_receive() const;
  bool wants_to_send() const;
  // Frames that wait to be sent, without the bodies of answers.
  std::size_t queued_frames() const;

  struct Head {
    int status;
    const std::vector<Header>& headers;
    std::optional<std::uint64_t> content_length;
    std::string_view date;
  };
  // With `has_body`, peek_body() is asked for it.
  void submit_answer(Http2StreamId id, const Head& head, bool has_body);
  void submit_continue(Http2StreamId id);
  void resume(Http2StreamId id);
  // Events of this stream end at once.
  void reset(Http2StreamId id, Http2Error error);
  void forget(Http2StreamId id);

  // Bytes of a body are processed, and the client may send as many again.
  void consume_connection(std::size_t bytes);
  void consume_stream(Http2StreamId id, std::size_t bytes);
  // The client may send more ahead from now on: on this stream, and on the connection.
  void grow_windows(Http2StreamId id, std::size_t bytes);

  void ping();
  // No new streams soon: clients that see it stop to open any.
  void announce_end();
  // No new streams from now on; the open ones continue.
  void refuse_new_streams();
  // The session ends with a GOAWAY.
  void end(Http2Error error);

 private:
  struct Callbacks;

  Http2SessionEvents& events_;
  struct Free {
    void operator()(nghttp2_session* session) const;
  };
  std::unique_ptr<nghttp2_session, Free> session_;
  std::string* out_ = nullptr;  // while send() runs
  std::size_t out_limit_ = 0;
  bool is_flooded_ = false;
};

}  // namespace belay::transport
