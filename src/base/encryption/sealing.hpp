// Authenticated encryption of what is stored (requirement S6): libsodium's secretstream, XChaCha20-Poly1305
// (https://doc.libsodium.org/secret-key_cryptography/secretstream).
//
// A value is sealed in pieces. The pieces can only be opened in their order, all of them, with the same key, and as what
// they were sealed as: a SealedFor names the owner, the object and the purpose. So bytes that were changed, left out,
// put in another order, cut at the end, or moved to another user or object do not open.
//
//   sealed value := version (1 byte, 1)  header (24 random bytes)  piece+      the header stands before the first piece
//   piece        := encrypted bytes  tag (17 bytes more than what was sealed); the last one is marked as the last
//
// A Sealer and an Opener hold key material, which is zeroed when they are destroyed. They belong to one owner; any
// thread, one at a time. They never block.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/encryption/sealing_keys.hpp"

namespace belay {

struct SealedFor {
  std::string purpose;  // "upload.content"
  std::string user;
  std::string object;  // its id
};

class Sealer {
 public:
  Sealer(const SealingKey& key, const SealedFor& whom);
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  enum class Place { more_follows, last };
  // After the last piece, nothing more is sealed.
  std::string seal(std::string_view piece, Place place);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

class Opener {
 public:
  // The key outlives the first open().
  Opener(const SealingKey& key, const SealedFor& whom);
  ~Opener();
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;

  // What was sealed as this piece. Fails with `internal` if it does not open; then no later piece does.
  Result<std::string> open(std::string_view piece);
  // The last piece was opened. A value is complete only then.
  bool has_ended() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// Small values, in one piece. Their length is hidden: it is filled up to a multiple of `block` bytes (at least 1).
std::string seal_value(const SealingKey& key, const SealedFor& whom, std::string_view value,
                       std::size_t block);
// Fails with `internal`.
Result<std::string> open_value(const SealingKey& key, const SealedFor& whom, std::string_view sealed,
                               std::size_t block);

}  // namespace belay
