// A stream of bytes that appears over time and is pulled by whoever can send it.
//
// This is the seam between a log and a socket. The source (a subscription) is a cursor: it holds a position,
// not a queue. The writer (one a connection) asks for what stands at the cursor, sends as much as the socket
// takes, and says how much that was. A socket that is full therefore costs the source nothing: it is simply
// not asked.
//
//   writer: attach(waker) ─▶ peek() ─▶ ready: send, consume(n), peek() again …
//                                   ─▶ waiting: between two frames; a heartbeat may go out; else nothing
//                                   until waker.wake() ─▶ loading: inside a frame whose rest is being
//                                   fetched: nothing until waker.wake() ─▶ ended: finish the response cleanly
//                                   ─▶ lost: cut the connection, so that the client sees a broken stream and
//                                   resumes
//
// Threads: everything here happens on the loop of the connection. Lifetimes: the waker outlives the source's
// attachment; the writer destroys the source when the connection ends, at any time but not inside peek() or
// wake().
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <sys/uio.h>

namespace belay {

// The ranges that one vectored write carries. Bytes stay valid until the next call of consume() or peek();
// the writer calls consume() after every peek() that was ready, with 0 when the socket took nothing, so that
// a source holds no memory for a reader who does not read.
struct ByteRanges {
  static constexpr std::size_t kMost = 64;  // of 32 KiB mostly: an answer of thousands of tokens in one write
  std::array<iovec, kMost> ranges;
  std::size_t count = 0;
  std::size_t bytes = 0;
  bool whole = false;   // nothing follows these bytes: the writer may finish the response together with them
  bool newest = false;  // nothing follows them yet, and they end between two frames: once they are sent the
                        // source is `waiting`, and need not be asked

  bool full() const { return count == kMost; }
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
    // There may be more to peek at. Comes on the connection's loop, never from inside peek() or consume();
    // may come in vain.
    virtual void wake() = 0;

   protected:
    ~Waker() = default;
  };

  virtual ~ByteSource() = default;
  virtual void attach(Waker& waker) = 0;
  // Fills `out` (cleared first) with what stands at the cursor: ready if that is at least a byte.
  virtual State peek(ByteRanges& out) = 0;
  // The first `bytes` of the last peek() have been sent.
  virtual void consume(std::size_t bytes) = 0;
};

}  // namespace belay
