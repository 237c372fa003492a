// From a bearer token to an Identity.
//
//   form, size ─▶ cache? ─▶ keys that fit (kid, alg) ─▶ signature ─▶ claims ─▶ cache
//                                 └─ none signed it: search for new keys (auth/key_set.hpp), and try those
//
// HS256 is checked on the loop: it costs some microseconds, and so waits behind nothing. The other signatures
// are checked on the workers.
//
// The cache holds a hash of the token, never the token, for cache_time and not past its `exp`; a change of
// the keys empties it. So the stream that follows a POST costs one SHA-256 instead of a signature check, and
// a key that was taken out signs nobody in from the moment in which the key set knows: after SIGHUP at once,
// after a change at a JWKS address with the next fetch (jwks_refresh at the latest, while the issuer
// answers).
//
// Owned by app/; verify() may be called on any loop, by many coroutines at once. KeySet, Workers and Clock
// outlive it, and it outlives the coroutines. Fails with `unauthenticated` (the text says what is wrong with
// the token, never what stands in it) or `unavailable` (no keys yet, a key that may be new, or too busy: the
// token may be good, and retry_after says when to try again).
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
    std::shared_ptr<const TokenTerms> terms;  // of the key that signed it
    std::uint64_t generation;                 // of the keys
  };
  Awaitable<Result<Verified>> verify_signature(Loop& loop, std::string token, TokenHeader header);
  Result<KeyQuery> query_for(const std::string& token, const TokenHeader& header) const;
  Error no_key_fits(const TokenHeader& header) const;

  const Config config_;
  KeySet& keys_;
  Workers& workers_;
  const Clock& clock_;
  IdentityCache cache_;
};

}  // namespace belay::auth
