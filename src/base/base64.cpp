#include "base/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <openssl/evp.h>

namespace belay {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto kValues = values();

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  std::size_t count = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    bits = bits << 6 | value;
    if (++count % 4 != 0) continue;
    bytes.push_back(static_cast<char>(bits >> 16));
    bytes.push_back(static_cast<char>(bits >> 8));
    bytes.push_back(static_cast<char>(bits));
    bits = 0;
  }
  // The unused bits of the last digit must be 0.
  if (padding == 1) {
    if ((bits & 0x3) != 0) return std::nullopt;
    bytes.push_back(static_cast<char>(bits >> 10));
    bytes.push_back(static_cast<char>(bits >> 2));
  } else if (padding == 2) {
    if ((bits & 0xF) != 0) return std::nullopt;
    bytes.push_back(static_cast<char>(bits >> 4));
  }
  return bytes;
}

void append_base64(std::string_view bytes, std::string& out) {
  // In pieces whose size is a multiple of three: only the last one has padding. The function also writes a zero byte.
  constexpr std::size_t kPiece = 3 * 16'384;
  const std::size_t before = out.size();
  out.resize(before + (bytes.size() + 2) / 3 * 4 + 1);
  std::size_t at = before;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kPiece, bytes.size())))
    at += static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + at),
                                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                                   static_cast<int>(std::min(kPiece, bytes.size()))));
  out.resize(at);
}

}  // namespace belay
