// Where the frames and messages end in bytes that a server sends (RFC 6455, section 5.2). The bytes are ours, so they
// are well-formed: only lengths and two bits are looked at.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/byte_source.hpp"

namespace belay::transport {

class FrameCursor {
 public:
  enum class Boundary : std::uint8_t {
    frame,    // control frames may stand here
    message,  // messages too
  };

  bool is_at(Boundary boundary) const {
    return header_size_ == 0 && left_ == 0 && (boundary == Boundary::frame || !inside_message_);
  }
  // The first `bytes` bytes of the ranges have gone by.
  void advance(const ByteRanges& ranges, std::size_t bytes) { walk(ranges, bytes, nullptr); }
  // How many bytes it is from here to the first boundary that is at least one byte away. All of them if there is none.
  std::size_t distance_to(Boundary boundary, const ByteRanges& ranges) const {
    FrameCursor copy = *this;
    return copy.walk(ranges, ranges.bytes, &boundary);
  }
  // The cursor is known to be between two messages.
  void reset() { *this = FrameCursor(); }

 private:
  // Stops after `max` bytes, or at the boundary. Returns how many bytes went by.
  std::size_t walk(const ByteRanges& ranges, std::size_t max, const Boundary* stop) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < ranges.count && done < max; ++i) {
      const auto* const data = static_cast<const unsigned char*>(ranges.ranges[i].iov_base);
      const std::size_t size = std::min(ranges.ranges[i].iov_len, max - done);
      for (std::size_t at = 0; at < size;) {
        const std::size_t taken = take(data + at, size - at);
        at += taken;
        done += taken;
        if (stop && is_at(*stop)) return done;
      }
    }
    return done;
  }
  // Takes one byte of a header, or some payload. Returns how many bytes.
  std::size_t take(const unsigned char* data, std::size_t size) {
    if (left_ != 0) {
      const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size));
      left_ -= taken;
      return taken;
    }
    header_[header_size_++] = *data;
    if (header_size_ < 2) return 1;
    const unsigned length = header_[1] & 0x7F;
    const unsigned more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (header_size_ < 2 + more) return 1;
    left_ = more == 0 ? length : 0;
    for (unsigned i = 0; i < more; ++i) left_ = left_ << 8 | header_[2 + i];
    inside_message_ = (header_[0] & 0x80) == 0;
    header_size_ = 0;
    return 1;
  }

  std::uint64_t left_ = 0;  // payload of the frame
  std::array<unsigned char, 10> header_;
  std::uint8_t header_size_ = 0;
  bool inside_message_ = false;
};

}  // namespace belay::transport
