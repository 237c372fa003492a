// A stream of bytes that grows over time. The component that can send the bytes pulls them.
//
// ByteSource is the interface between a log and a socket. The source (a subscription) is a cursor: it holds a
// position, not a queue. The writer (one per connection) asks for the bytes at the cursor, sends as many as
// the socket accepts, and reports how many it sent. A full socket costs the source nothing: the writer just
// does not ask.
//
//   attach(waker), then:
//
//   peek() ──▶ ready     send the bytes, call consume(n), call peek() again
//          ──▶ waiting   the cursor is between two messages: wait for waker.wake(); heartbeats may be sent
//          ──▶ loading   the cursor is inside a message whose rest is being loaded: send nothing until
//                        waker.wake()
//          ──▶ ended     finish the response cleanly
//          ──▶ lost      cut the connection: the client sees a broken stream and resumes
//
// Threads: every call happens on the loop of the connection. Lifetimes: the waker outlives the source's
// attachment. The writer destroys the source when the connection ends. That may happen at any time, except
// inside peek() or wake().
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <sys/uio.h>

namespace belay {

// The byte ranges of one vectored write. The bytes stay valid until the next call of consume() or peek(). The
// writer calls consume() after every peek() that returned `ready`, with 0 when the socket accepted nothing.
// This way a source holds no memory for a reader that does not read.
struct ByteRanges {
  // Most ranges are 32 KiB, so one write carries an answer of thousands of tokens.
  static constexpr std::size_t kMax = 64;
  std::array<iovec, kMax> ranges;
  std::size_t count = 0;
  std::size_t bytes = 0;
  bool whole = false;  // no bytes follow: the writer may finish the response together with these
  // No bytes follow yet, and these end between two messages. Once they are sent, the source is `waiting`, and
  // the writer need not ask.
  bool newest = false;

  bool full() const { return count == kMax; }
  void clear() {
    count = bytes = 0;
    whole = newest = false;
  }
  void add(std::string_view piece) {
    if (piece.empty()) return;
    ranges[count++] = {const_cast<char*>(piece.data()), piece.size()};
    bytes += piece.size();
  }
};

class ByteSource {
 public:
  enum class State { ready, waiting, loading, ended, lost };

  class Waker {
   public:
    // There may be more bytes to peek at. Called on the connection's loop, never from inside peek() or
    // consume(). A spurious call, with no new bytes, is possible.
    virtual void wake() = 0;

   protected:
    ~Waker() = default;
  };

  virtual ~ByteSource() = default;
  virtual void attach(Waker& waker) = 0;
  // Clears `out`, then fills it with the bytes at the cursor. Returns `ready` if there is at least one byte.
  virtual State peek(ByteRanges& out) = 0;
  // The first `bytes` bytes of the last peek() have been sent.
  virtual void consume(std::size_t bytes) = 0;
};

}  // namespace belay
