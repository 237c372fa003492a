// From a bearer token to an Identity.
//
//   form, size ─▶ cache? ─▶ keys that fit (kid, alg) ─▶ signature, on a worker ─▶ claims ─▶ cache
//                                 └─ none bears the name, or none at all: fetch the keys anew, and look
//                                 again, once
//
// The cache holds a hash of the token, never the token, for cache_time and not past its `exp`; a change of
// the keys empties it. So the stream that follows a POST costs one SHA-256 instead of a signature check.
//
// Owned by app/; verify() may be called on any loop, by many coroutines at once. KeySet, Workers and Clock
// outlive it, and it outlives the coroutines. Fails with `unauthenticated` (the text says what is wrong with
// the token, never what stands in it) or `unavailable` (no keys yet, or too busy: the token may be good).
#pragma once

#include <array>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "auth/config.hpp"
#include "auth/identity.hpp"
#include "auth/key_set.hpp"
#include "auth/signature.hpp"
#include "base/workers.hpp"

namespace belay::auth {

using Sha256 = std::array<unsigned char, 32>;

// Bounded, least recently used out first. Thread-safe.
class IdentityCache {
 public:
  explicit IdentityCache(std::size_t most_entries) : most_entries_(most_entries) {}
  // Nothing when unknown, past `until`, or from another generation of keys.
  std::optional<Identity> find(const Sha256& token_hash, std::uint64_t generation, WallTime now);
  void put(const Sha256& token_hash, std::uint64_t generation, WallTime until, Identity identity);
  std::size_t size() const;

 private:
  struct Entry {
    Sha256 token_hash;
    std::uint64_t generation;
    WallTime until;
    Identity identity;
  };
  struct Hash {
    std::size_t operator()(const Sha256& hash) const;
  };

  const std::size_t most_entries_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<Sha256, std::list<Entry>::iterator, Hash> index_;
};

class TokenVerifier {
 public:
  // Keys that are tried for one token; only a token without a `kid`, or keys without one, can meet more than
  // one.
  static constexpr std::size_t kMostTries = 8;

  TokenVerifier(const Config& config, KeySet& keys, Workers& workers, const Clock& clock);

  // Identity::how is bearer; the caller knows better where the token stood.
  Awaitable<Result<Identity>> verify(Loop& loop, std::string token);

 private:
  struct Verified {
    std::string payload;
    std::uint64_t generation;  // of the keys
  };
  Awaitable<Result<Verified>> verify_signature(Loop& loop, std::string token, TokenHeader header);
  Error no_key_fits(const TokenHeader& header) const;

  const Config config_;
  KeySet& keys_;
  Workers& workers_;
  const Clock& clock_;
  IdentityCache cache_;
};

}  // namespace belay::auth
