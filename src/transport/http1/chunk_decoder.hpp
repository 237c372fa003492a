// Decodes the chunked transfer coding of requests (RFC 9112, section 7.1).
//
// It accepts the bytes in pieces of any size and keeps only a few counters. It has no buffer for a chunk's
// head, so a chunk costs the same in one piece and byte by byte. Lines end in CR LF. Sizes have at most 16
// digits. Extensions and trailers are skipped up to a limit and dropped, so a trailer cannot change what the
// head said.
//
// Beast's parser is not used for two reasons. Version 1.81 asserts (basic_parser.ipp, `BOOST_ASSERT(n >= 5)`)
// when a body ends in "0\r\n\r" and the last byte comes later. And with each piece it searches a trailer
// again from its start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace belay::transport {

class ChunkDecoder {
 public:
  enum class State { more, done, malformed, too_large, too_much_overhead };

  // `max_body`: payload bytes of all chunks together. `max_overhead`: bytes of one extension, and bytes of
  // all trailers.
  ChunkDecoder(ByteCount max_body, ByteCount max_overhead)
      : left_(max_body.value), max_overhead_(max_overhead.value) {}

  // Appends the chunks' payload to `body`. Returns how many bytes it consumed: all of them, unless the state
  // is no longer `more`.
  std::size_t push(std::string_view input, std::string& body);
  State state() const { return state_; }

 private:
  enum class At {
    size_start,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_lf,
    end_lf
  };

  void take(char c);
  void end_size_line();

  State state_ = State::more;
  At at_ = At::size_start;
  std::uint64_t left_;  // what remains of max_body
  std::uint64_t chunk_ = 0;
  std::uint64_t overhead_ = 0;
  const std::uint64_t max_overhead_;
  int digits_ = 0;
};

}  // namespace belay::transport
