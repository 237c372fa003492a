// What a server sends on a WebSocket, in an order that keeps frames and messages whole.
//
//   begun_ ──▶ │ a frame that was cut │ control frames │ short messages │ the source's bytes …
//
// Control frames (pong, ping, close) go between two frames, also between the fragments of a message; short messages go
// between two messages (RFC 6455, section 5.4). Nothing is copied from the source: its ranges are written as they are. A
// FrameCursor knows where a partial write ended. In the usual case, a source that is sent to its newest byte, it is not
// moved frame by frame: the source says that its bytes end between two messages.
//
// Bounds: `max_unsent` bytes of short messages, kMaxControl bytes of control frames. The writer never waits and owns no
// channel. The connection calls pump() when the source wakes it or the channel accepts bytes again. Loop thread only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "transport/byte_channel.hpp"
#include "transport/websocket/close_code.hpp"
#include "transport/websocket/frame_cursor.hpp"

namespace belay::transport {

class WebSocketWriter {
 public:
  // Bytes of control frames that wait. Pings beyond it are not answered: a client reads the pongs first.
  static constexpr std::size_t kMaxControl = 2048;
  static constexpr std::size_t kMaxReason = 123;

  enum class Progress {
    waiting,  // everything that there is was sent: pump again when there is more
    full,     // pump again when the channel accepts bytes
    more,     // other connections need their turn: pump again soon
    shown,    // the source has ended, and all of it was sent: pump again now
    lost,     // the source cannot go on, and is dropped: pump again now
    closed,   // the close frame was sent
    broken,   // the channel is broken, or the source is lost inside a frame
  };

  explicit WebSocketWriter(std::size_t max_unsent) : max_unsent_(max_unsent) {}

  // False: there is no space left.
  bool queue_message(std::string_view text);
  // Messages that are framed already. They must be whole.
  bool queue_frames(std::string_view frames);
  void queue_ping();
  void queue_pong(std::string_view payload);

  // When a source is there already, it ends behind its current message, and the new one follows. Sources that are not
  // needed any more are kept until drop_old_sources(), because one of them may be the caller.
  void show(std::unique_ptr<ByteSource> source, ByteSource::Waker& waker);
  void stop_showing();
  bool is_showing() const { return (source_ && !ends_source_) || next_; }
  // Keeps a source until drop_old_sources(). It may be null.
  void retire(std::unique_ptr<ByteSource> source);
  bool has_old_sources() const { return !old_.empty(); }
  void drop_old_sources() { old_.clear(); }
  void drop_all_sources();

  enum class When : std::uint8_t {
    after_messages,  // the source's current message and what was queued go out before
    at_once,         // at the end of the current frame
  };
  // Queues the close frame, which is the last frame. A later call can only make it go out at once. no_status: a frame
  // without a code. A reason that is too long is cut at a character.
  void close(CloseCode code, std::string_view reason, When when);
  bool has_closed() const { return close_begun_ && begun_.empty(); }

  Progress pump(ByteChannel& channel);

 private:
  void begin_frames();
  void begin_close();
  std::size_t limit_of(const ByteRanges& ranges) const;
  void end_source();
  bool write(ByteChannel& channel, const ByteRanges& ranges, std::size_t limit, IoResult& result);

  const std::size_t max_unsent_;
  FrameCursor cursor_;  // in the bytes of the source
  std::string begun_;   // whole frames, of which the first may have been sent in part
  std::string control_;
  std::string messages_;
  std::string close_frame_;
  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<ByteSource> next_;
  std::vector<std::unique_ptr<ByteSource>> old_;
  bool ends_source_ = false;   // behind its current message
  bool source_ended_ = false;  // by itself; to be reported as `shown`
  bool closes_at_once_ = false;
  bool close_begun_ = false;  // nothing follows what is in begun_
};

}  // namespace belay::transport
