// Quantities with types of their own, so that they cannot be mixed up.
#pragma once

#include <compare>
#include <cstdint>

namespace belay {

struct ByteCount {
  std::uint64_t value = 0;
  friend auto operator<=>(const ByteCount&, const ByteCount&) = default;
};
constexpr ByteCount operator""_B(unsigned long long n) {
  return {n};
}
constexpr ByteCount operator""_KiB(unsigned long long n) {
  return {n << 10};
}
constexpr ByteCount operator""_MiB(unsigned long long n) {
  return {n << 20};
}

struct TokenCount {
  std::uint64_t value = 0;
  friend auto operator<=>(const TokenCount&, const TokenCount&) = default;
};

// Money, in billionths of a US dollar, so that the price of one token is a whole number.
struct NanoDollars {
  std::uint64_t value = 0;
  friend auto operator<=>(const NanoDollars&, const NanoDollars&) = default;
};

}  // namespace belay
