#include "auth/token_verifier.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "auth/claims.hpp"

namespace belay::auth {
namespace {

Error refused(std::string detail) {
  return make_error(ErrorCode::unauthenticated, std::move(detail));
}

Sha256 hash_of(const std::string& token) {
  Sha256 hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

// The keys that may have signed a token: those that it names, else those without a name; all of them of its
// algorithm.
struct Candidates {
  std::vector<Key> keys;
  bool named = false;  // the token names a key that is here
};

Result<Candidates> select(const KeySnapshot& snapshot, const TokenHeader& header) {
  Candidates named{{}, true};
  Candidates nameless;
  for (const Key& key : snapshot.keys) {
    const bool fits = key.algorithm == header.algorithm;
    if (header.kid && key.kid == *header.kid) {
      if (!fits)
        return refused(fmt::format("The token is signed with {}, but the key that it names is for {}.",
                                   to_string(header.algorithm), to_string(key.algorithm)));
      named.keys.push_back(key);
    } else if (fits && (!header.kid || key.kid.empty()) && nameless.keys.size() < TokenVerifier::kMostTries) {
      nameless.keys.push_back(key);
    }
  }
  return named.keys.empty() ? nameless : named;
}

}  // namespace

// ---- IdentityCache

std::size_t IdentityCache::Hash::operator()(const Sha256& hash) const {
  std::size_t value;  // the hash is already uniform
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

std::optional<Identity> IdentityCache::find(const Sha256& token_hash, std::uint64_t generation,
                                            WallTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(token_hash);
  if (found == index_.end()) return std::nullopt;
  const auto entry = found->second;
  if (entry->generation != generation || now >= entry->until) {
    entries_.erase(entry);
    index_.erase(found);
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->identity;
}

void IdentityCache::put(const Sha256& token_hash, std::uint64_t generation, WallTime until,
                        Identity identity) {
  if (most_entries_ == 0) return;
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(token_hash); found != index_.end()) {
    entries_.erase(found->second);
    index_.erase(found);
  }
  if (entries_.size() >= most_entries_) {
    index_.erase(entries_.back().token_hash);
    entries_.pop_back();
  }
  entries_.push_front({token_hash, generation, until, std::move(identity)});
  index_.emplace(token_hash, entries_.begin());
}

std::size_t IdentityCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

// ---- TokenVerifier

TokenVerifier::TokenVerifier(const Config& config, KeySet& keys, Workers& workers, const Clock& clock)
    : config_(config), keys_(keys), workers_(workers), clock_(clock), cache_(config.cache_entries) {}

Awaitable<Result<Identity>> TokenVerifier::verify(Loop& loop, std::string token) {
  if (token.size() > config_.token_most_bytes)
    co_return refused(fmt::format("The token has {} bytes; at most {} are accepted.", token.size(),
                                  config_.token_most_bytes));
  const Sha256 token_hash = hash_of(token);
  if (auto known = cache_.find(token_hash, keys_.snapshot()->generation, clock_.wall()))
    co_return std::move(*known);

  Result<TokenHeader> header = read_header(token);
  if (!header) co_return header.error();
  Result<Verified> verified = co_await verify_signature(loop, std::move(token), std::move(*header));
  if (!verified) co_return verified.error();

  Result<Identity> identity = read_claims(verified->payload, config_, clock_.wall());
  if (identity) {
    const WallTime until = std::min(identity->expires + config_.leeway, clock_.wall() + config_.cache_time);
    cache_.put(token_hash, verified->generation, until, *identity);
  }
  co_return identity;
}

Awaitable<Result<TokenVerifier::Verified>> TokenVerifier::verify_signature(Loop& loop, std::string token,
                                                                           TokenHeader header) {
  const Error wrong =
      refused("The token's signature does not fit: it was changed, or signed with another key.");
  bool tried = false;
  for (std::uint64_t seen = 0;;) {
    const std::shared_ptr<const KeySnapshot> snapshot = keys_.snapshot();
    if (snapshot->generation == seen)
      co_return tried ? wrong : no_key_fits(header);  // the fetch brought nothing new
    Result<Candidates> candidates = select(*snapshot, header);
    if (!candidates) co_return candidates.error();
    if (!candidates->keys.empty()) {
      const bool final = candidates->named || !header.kid;
      auto check = [token, keys = std::move(candidates->keys)] { return check_signature(token, keys); };
      Result<std::optional<std::string>> payload = co_await workers_.run(loop, std::move(check));
      if (!payload) co_return payload.error();
      if (*payload) co_return Verified{std::move(**payload), snapshot->generation};
      if (final) co_return wrong;
      tried = true;
    }
    if (seen != 0) co_return tried ? wrong : no_key_fits(header);
    seen = snapshot->generation;
    Result<> refreshed = co_await keys_.refresh(loop);
    if (!refreshed) co_return refreshed.error();
  }
}

Error TokenVerifier::no_key_fits(const TokenHeader& header) const {
  const auto snapshot = keys_.snapshot();
  if (snapshot->incomplete)
    return make_error(ErrorCode::unavailable,
                      "The sign-in keys could not be fetched yet. Try again in a moment.");
  if (snapshot->keys.empty())
    return refused(
        "This server has no keys to check tokens with. Configure auth.keys, or use its development mode.");
  return refused(fmt::format("No key of this server fits the token: check its alg ({}) and kid.",
                             to_string(header.algorithm)));
}

}  // namespace belay::auth
