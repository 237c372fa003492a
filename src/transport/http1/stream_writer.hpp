// Sends a ByteSource as the body of a response. This is the hot path of the server.
//
// One wake of the source costs one peek, one write and one consume. A chunk's head, payload and end go out
// together, directly from the source's memory. The last bytes go out together with the body's end. The
// payload is not copied here, but a ByteChannel may join small pieces. After a partial write two values are
// kept: `chunk_bytes_left_`, how many bytes of the open chunk must still come from the source, and `pending_`, the few
// bytes of framing that must go out before anything else.
//
//   on the wire:  pending_ │ owed payload │ CR LF │ next chunk's head │ rest of the peeked payload │ CR LF
//
// The StreamWriter never waits and owns no channel. The connection calls pump() when the source wakes it or
// the channel accepts bytes again.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"
#include "transport/byte_channel.hpp"

namespace belay::transport {

class StreamWriter {
 public:
  enum class TransferCoding { chunked, none };
  enum class Progress {
    // Everything is sent, and the source is between two messages. Pump again when it wakes.
    waiting,
    // Everything is sent, but the source is inside a message: the server must send no text of its own. Pump
    // again when it wakes.
    loading,
    full,    // pump again when the channel accepts bytes
    more,    // there is more, but other connections need their turn: pump again soon
    ended,   // everything is sent, and the body has ended
    lost,    // the source cannot continue: cut the connection
    broken,  // the channel is broken
  };

  // `head` is sent first. `preamble` follows as the first bytes of the body.
  StreamWriter(std::unique_ptr<ByteSource> source, TransferCoding coding, std::string head,
               std::string_view preamble);

  ByteSource& source() { return *source_; }
  TransferCoding coding() const { return coding_; }
  Progress pump(ByteChannel& channel);
  // Sends `text` between two messages of the source. Call it only right after pump() returned `waiting`.
  Progress write_between_messages(ByteChannel& channel, std::string_view text);
  // Sends `text` in the same place, and ends the body behind it. The source is not asked again.
  Progress end_between_messages(ByteChannel& channel, std::string_view text);
  // The body's end has been sent.
  bool has_ended() const { return finished_ && pending_.empty(); }

 private:
  Progress write(ByteChannel& channel, const ByteRanges& ranges);
  std::size_t account(std::size_t sent, const ByteRanges& payload, std::string_view next_head);
  void frame(std::string_view text);

  std::unique_ptr<ByteSource> source_;
  std::string pending_;
  std::size_t chunk_bytes_left_ = 0;
  const TransferCoding coding_;
  bool finished_ = false;  // the source has ended; the rest is in pending_
};

}  // namespace belay::transport
