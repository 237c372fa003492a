// For tests: frames as a client sends them (RFC 6455, section 5.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace belay::transport::testing {

// A masked frame. `first_byte`: FIN and opcode, as 0x81 for a whole text message.
inline std::string masked(unsigned first_byte, std::string_view payload) {
  constexpr std::string_view kMask = "\x37\xFA\x21\x3D";
  std::string frame(1, static_cast<char>(first_byte));
  const std::uint64_t size = payload.size();
  const unsigned length_bytes = size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
  frame.push_back(static_cast<char>(0x80 | (length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127)));
  for (unsigned i = length_bytes; i > 0; --i) frame.push_back(static_cast<char>(size >> (8 * (i - 1))));
  frame.append(kMask);
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(payload[i] ^ kMask[i & 3]));
  return frame;
}

}  // namespace belay::transport::testing
