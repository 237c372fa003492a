// What a connection reads from and writes to: a socket, or TLS on one. Never blocks the thread.
//
// A channel is a member of its connection and allocates nothing of its own. It is used on the connection's loop
// only. The driver above it (HTTP/1.1) knows no socket; the channel knows no protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/uio.h>

#include "base/function.hpp"

namespace belay::transport {

struct IoResult {
  enum class State : std::uint8_t {
    moved,    // `bytes` were read or written: at least one
    blocked,  // nothing now: wait
    ended,    // only of read(): the other side sends no more
    broken,   // nothing, and never again
  };
  State state = State::blocked;
  std::size_t bytes = 0;
};

class ByteChannel {
 public:
  enum class Wait : std::uint8_t {
    readable,  // until read() may do something
    writable,  // until write() may do something
    broken,    // until the connection is reset; bytes that arrive do not end this wait
  };
  enum class Close : std::uint8_t {
    clean,  // bytes that were written still arrive
    reset,  // the other side notices an error
  };

  virtual IoResult read(std::span<char> out) = 0;
  // Writes a prefix of the pieces, of which at least one is not empty. A channel may join small pieces.
  IoResult write(std::span<const iovec> pieces) {
    const IoResult result = write_some(pieces);
    written_ += result.bytes;
    return result;
  }
  // How many bytes were written so far.
  std::uint64_t written() const { return written_; }

  // Calls `ready` once, never from inside this call: when the wait is over, after cancel_waits(), and after
  // close(). It may be early: the next read or write shows. At most one wait for `writable` at a time, and one
  // for `readable` or `broken`; both may overlap. What a wait really waits for is the channel's business: TLS may
  // have to read before it can write.
  virtual void wait(Wait what, UniqueFunction<void()> ready) = 0;
  virtual void cancel_waits() = 0;

  // The other side reads the end of what was sent. Reading goes on.
  virtual void finish_sending() = 0;
  // Once, and the last call.
  virtual void close(Close how) = 0;
  // Whether nobody between the two ends can read or change the bytes.
  virtual bool is_secure() const { return false; }

 protected:
  ~ByteChannel() = default;

 private:
  virtual IoResult write_some(std::span<const iovec> pieces) = 0;

  std::uint64_t written_ = 0;
};

// A base of a connection over a channel of this type: the channel then outlives the connection.
template <class Channel>
struct ChannelHolder {
  Channel channel;
};

}  // namespace belay::transport
