// Finds the data in a chunked body (RFC 9112, section 7.1) and joins it in place.
//
// The bytes may be cut anywhere. Only counters are kept between two pieces. Lines end in CR LF, sizes have at
// most 16 digits, extensions and trailers are bounded, and both are dropped.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace belay::providers {

class ChunkReader {
 public:
  enum class State { more, complete, broken };
  struct Output {
    std::string_view data;  // the data of all chunks in the piece, within the piece
    std::size_t consumed = 0;
  };

  // `max_overhead`: bytes of one extension, and bytes of all trailers.
  explicit ChunkReader(std::uint64_t max_overhead) : max_overhead_(max_overhead) {}

  // Moves the data within `bytes`. Consumes everything, unless the state is no longer `more`.
  Output push(std::span<char> bytes);
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
  void take_size(char c);
  void take_trailer(char c);
  void expect(bool found, At next);
  void count_overhead(char c);

  State state_ = State::more;
  At at_ = At::size_start;
  std::uint64_t left_ = 0;  // bytes of the current chunk that have not come
  std::uint64_t overhead_ = 0;
  std::uint64_t max_overhead_;
  int digits_ = 0;
};

}  // namespace belay::providers
