// Whose access is revoked now (requirement X19). Every way to sign in asks here, so it is a snapshot in memory.
//
// A revocation of a user concerns every token that was issued before it: a token that is issued later signs the
// user in again. `iat` has whole seconds, so a token that was issued in the same second counts as issued before. A
// token without `iat`, a development token included, always counts as issued before. A revocation of a token
// concerns the tokens with that `jti`, and the tickets and cookies that were made from them.
//
// Bounded: at most auth.max_revocations, each with an expiry. The store keeps them (core/ports/revocation_store.hpp);
// the server loads them at start, before it listens. Owned by app/. Thread-safe. While nothing is revoked, a check
// costs one atomic read.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "core/types/caller.hpp"
#include "core/types/revocation.hpp"

namespace belay::auth {

// What a revocation is compared with: of a caller who is signed in.
struct SignedInBy {
  std::string user;
  std::string token_id;
  std::optional<WallTime> issued;
};

class Revocations {
 public:
  Revocations(std::size_t max, const Clock& clock) : max_(max), clock_(clock) {}

  // Both fail with `revoked`.
  Result<> check(const Caller& caller) const;
  Result<> check(const SignedInBy& by) const;

  // Whether add() may be called for this key. Fails with `conflict` when the maximum is reached.
  Result<> check_space(const RevocationKey& key);
  // Replaces an earlier one with the same key.
  void add(Revocation revocation);
  void remove(const RevocationKey& key);
  std::size_t size() const { return size_.load(); }

 private:
  // By name. The comparison accepts string views.
  using ByName = std::map<std::string, Revocation, std::less<>>;

  ByName& of(RevocationKey::Kind kind) { return kind == RevocationKey::Kind::user ? users_ : tokens_; }
  Result<> check(std::string_view name, std::string_view token_id, std::optional<WallTime> issued) const;
  void drop_expired();
  void count() { size_.store(users_.size() + tokens_.size()); }

  const std::size_t max_;
  const Clock& clock_;
  std::atomic<std::size_t> size_{0};
  mutable std::shared_mutex mutex_;  // guards the members below
  ByName users_;
  ByName tokens_;
};

}  // namespace belay::auth
