// Sends a ByteSource as the body of a response: the hot path of the server.
//
// One wake of the source costs one peek, one write and one consume: head, payload and end of a chunk go out
// together, straight from where the source keeps the bytes, and with the last bytes the body's end. The
// payload is not copied here; an outlet may put small pieces together.
// After a partial write two things are remembered: `owed_`, how many bytes of the open chunk are still to
// come from the source's cursor, and `pending_`, the few bytes of framing that must go out before anything
// else.
//
//   on the wire:  pending_ │ owed payload │ CR LF │ next chunk's head │ rest of the peeked payload │ CR LF
//
// It waits for nothing and owns no socket: the connection calls pump() when the source wakes it or the socket
// takes bytes again.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/byte_source.hpp"

namespace belay::transport {

class StreamWriter {
 public:
  // Where bytes go: a non-blocking socket.
  class Outlet {
   public:
    static constexpr ssize_t kFull = -1;    // takes nothing now
    static constexpr ssize_t kBroken = -2;  // will never take anything again
    // Takes a prefix of the pieces and returns its size (at least one byte), or one of the above.
    virtual ssize_t send(const iovec* pieces, std::size_t count) = 0;

   protected:
    ~Outlet() = default;
  };

  enum class Framing { chunked, none };
  enum class Progress {
    waiting,  // all is sent, the source stands between two frames: pump again when it wakes
    loading,  // all is sent, but the source stands inside a frame: nothing of ours may be said, pump again
              // when it wakes
    full,     // pump again when the outlet takes bytes
    more,     // there is more, but others want their turn: pump again soon
    ended,    // all is sent, and the body is finished
    lost,     // the source cannot go on: cut the connection
    broken,   // the outlet is
  };

  // `head` is sent first, then `preamble` as the body's first bytes.
  StreamWriter(std::unique_ptr<ByteSource> source, Framing framing, std::string head,
               std::string_view preamble);

  ByteSource& source() { return *source_; }
  Framing framing() const { return framing_; }
  Progress pump(Outlet& outlet);
  // Sends `text` between the source's bytes. Only right after pump() returned `waiting`.
  Progress interject(Outlet& outlet, std::string_view text);

 private:
  Progress write(Outlet& outlet, const ByteRanges& ranges);
  std::size_t account(std::size_t sent, const ByteRanges& payload, std::string_view next_head);
  void frame(std::string_view text);

  std::unique_ptr<ByteSource> source_;
  std::string pending_;
  std::size_t owed_ = 0;
  const Framing framing_;
  bool finished_ = false;  // the source has ended; what is left is in pending_
};

}  // namespace belay::transport
