// Verifies a bearer token and makes a Caller of it.
//
//   form, size ─▶ cached? ─▶ keys that fit (kid, alg) ─▶ signature ─▶ claims ─▶ cache
//                                 └─ none of them fits: search for new keys (auth/key_set.hpp), try those
//
// An HS256 signature is checked on the loop. It takes some microseconds, so it need not wait in a queue.
// Other signatures are checked on the thread pool.
//
// The cache stores a hash of the token, never the token itself, for cache_time and not past its `exp`. A
// change of the keys empties it. So the stream request that follows a POST costs one SHA-256 instead of a
// signature check. A removed key signs nobody in from the moment the key set knows about it: after SIGHUP
// immediately; after a change at a JWKS address with the next fetch (jwks_refresh at the latest, if the
// issuer answers).
//
// Owned by app/. verify() may be called on any loop, by many coroutines at the same time. KeySet, ThreadPool
// and Clock must outlive the verifier, and it must outlive the coroutines. Fails with `unauthenticated` (the
// text says what is wrong with the token, but never quotes it). Or fails with `unavailable`: there are no
// keys yet, the key may be new, or the server is too busy. The token may then be valid, and retry_after says
// when to retry.
#pragma once

#include <array>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "auth/caller.hpp"
#include "auth/config.hpp"
#include "auth/key_set.hpp"
#include "auth/signature.hpp"
#include "base/thread_pool.hpp"

namespace belay::auth {

using Sha256 = std::array<unsigned char, 32>;

// A bounded cache that drops the least recently used entry first. Thread-safe.
class CallerCache {
 public:
  explicit CallerCache(std::size_t max_entries) : max_entries_(max_entries) {}
  // Nothing when the token is unknown, past `until`, or of another generation of keys.
  std::optional<Caller> find(const Sha256& token_hash, std::uint64_t generation, WallTime now);
  void put(const Sha256& token_hash, std::uint64_t generation, WallTime until, Caller caller);
  std::size_t size() const;

 private:
  struct Entry {
    Sha256 token_hash;
    std::uint64_t generation;
    WallTime until;
    Caller caller;
  };
  struct Hash {
    std::size_t operator()(const Sha256& hash) const;
  };

  const std::size_t max_entries_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<Sha256, std::list<Entry>::iterator, Hash> index_;
};

class TokenVerifier {
 public:
  // The maximum number of keys that are tried for one token. More than one can fit only if the token or the
  // keys have no `kid`.
  static constexpr std::size_t kMaxTries = 8;

  TokenVerifier(const Config& config, KeySet& keys, ThreadPool& workers, const Clock& clock);

  // Sets Caller::how to bearer; the calling code knows where the token really was and may change it.
  Awaitable<Result<Caller>> verify(Loop& loop, std::string token);
  // The caller of a token that is in the cache. Checks no signature.
  std::optional<Caller> find_known(const std::string& token);

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
  ThreadPool& workers_;
  const Clock& clock_;
  CallerCache cache_;
};

}  // namespace belay::auth
