// A non-blocking TCP socket that is watched edge-triggered. It remembers whether there may be something to
// read or space to write, so that no system call is made whose answer is known: none after a short read.
//
// Owned by a Connection; used on its loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/uio.h>

#include "base/file_descriptor.hpp"
#include "providers/http/http1/network_address.hpp"

namespace belay::providers {

// What reading or writing led to.
struct Transferred {
  enum class Outcome {
    some,     // `size` bytes
    blocked,  // try again after the next event
    closed,   // the peer has closed its side in an orderly way
    failed    // the connection is lost; `error` says why
  };
  Outcome outcome = Outcome::blocked;
  std::size_t size = 0;
  int error = 0;  // errno, or 0

  bool is(Outcome wanted) const { return outcome == wanted; }
};

class ClientSocket {
 public:
  // Begins to connect. Returns 0 or the errno of an immediate failure.
  int connect(const NetworkAddress& address);
  // When the socket becomes writable: 0 if it is connected, else the errno.
  int outcome_of_connect() const;

  void note(std::uint32_t events);
  Transferred read(std::span<char> buffer);
  Transferred write(std::span<const iovec> parts);
  bool may_write() const { return may_write_; }

  int number() const { return socket_.get(); }
  bool is_open() const { return static_cast<bool>(socket_); }
  void close();

 private:
  FileDescriptor socket_;
  bool may_read_ = false;
  bool may_write_ = false;
  bool ending_ = false;  // the peer has closed or reset: read until that is seen
};

}  // namespace belay::providers
