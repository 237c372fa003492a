#include "prompts/token_estimate.hpp"

#include <cstdint>

namespace belay::prompts {

TokenCount estimate_tokens(std::string_view text) {
  // In sixths of a token, so that thirds and halves stay whole numbers.
  std::uint64_t sixths = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // inside a character
    if ((byte | 32) >= 'a' && (byte | 32) <= 'z')
      sixths += 2;
    else if (byte == ' ')
      sixths += 1;
    else if (byte < 0x80)
      sixths += 6;
    else
      sixths += 9;
  }
  return {(sixths + 5) / 6};
}

}  // namespace belay::prompts
