// The chunked transfer coding, incoming (RFC 9112, section 7.1).
//
// Takes bytes in any cuts and keeps nothing but a few counters: no buffer for a chunk's head, so it costs the
// same whether a chunk comes in one piece or byte by byte. Lines end in CR LF, sizes have at most 16 digits,
// extensions and trailers are read over within a limit and dropped: nothing that a trailer says can change
// what the head said.
//
// Beast's parser is not used for this: 1.81 asserts (basic_parser.ipp, `BOOST_ASSERT(n >= 5)`) when a body
// ends in "0\r\n\r" and the last byte comes later, and looks through a trailer from its start with each
// piece.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.hpp"

namespace belay::transport {

class ChunkDecoder {
 public:
  enum class State { more, done, malformed, too_large, too_much_overhead };

  // `most_body`: bytes of all chunks together. `most_overhead`: of one extension, and of all trailers.
  ChunkDecoder(ByteCount most_body, ByteCount most_overhead)
      : left_(most_body.value), most_overhead_(most_overhead.value) {}

  // Appends what the chunks carry to `body`. Returns how many bytes it took: all, unless the state is no
  // longer `more`.
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
  std::uint64_t left_;  // of the body's limit
  std::uint64_t chunk_ = 0;
  std::uint64_t overhead_ = 0;
  const std::uint64_t most_overhead_;
  int digits_ = 0;
};

}  // namespace belay::transport
