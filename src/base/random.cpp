#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace belay {

std::uint64_t Random::next() {
  std::uint64_t value = 0;
  fill(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  // Values after the last whole multiple of `bound` would make small results more likely: draw again.
  const std::uint64_t usable = UINT64_MAX - UINT64_MAX % bound;
  for (;;)
    if (const std::uint64_t value = next(); value < usable) return value % bound;
}

namespace {

void draw(std::span<std::byte> out) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1)
    throw std::runtime_error("the random generator has no entropy");
}

// A draw costs thousands of instructions, whatever its size. So each thread draws bytes for many ids at once.
// Bytes that have been used are wiped.
struct Drawn {
  std::array<std::byte, 512> bytes;
  std::size_t left = 0;
};

}  // namespace

void SecureRandom::fill(std::span<std::byte> out) {
  thread_local Drawn drawn;
  if (out.size() > drawn.bytes.size() / 4) return draw(out);
  if (drawn.left < out.size()) {
    draw(drawn.bytes);
    drawn.left = drawn.bytes.size();
  }
  drawn.left -= out.size();
  const auto taken = std::span(drawn.bytes).subspan(drawn.left, out.size());
  std::copy(taken.begin(), taken.end(), out.begin());
  OPENSSL_cleanse(taken.data(), taken.size());
}

// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
void SeededRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    const std::size_t n = std::min(out.size(), sizeof z);
    std::memcpy(out.data(), &z, n);
    out = out.subspan(n);
  }
}

}  // namespace belay
