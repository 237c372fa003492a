// Randomness as a dependency. Production uses a secure generator for ids and keys; tests use a seeded one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace belay {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;
  std::uint64_t next();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
};

// Unguessable: OpenSSL's generator, seeded by the kernel.
class SecureRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override;
};

// Repeatable, for tests and fault scripts. Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace belay
