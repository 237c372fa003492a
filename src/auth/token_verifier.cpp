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

// The maximum number of searches for the keys of one token. Each ends with changed keys or with a result.
constexpr int kMaxSearches = 4;

// The keys that may have signed a token: the keys with the token's kid; without those, the keys that have no
// kid. All of them have the token's algorithm.
struct Candidates {
  std::vector<Key> keys;
  bool named = false;  // the snapshot has the key that the token names
};

Result<Candidates> select(const KeySnapshot& snapshot, const TokenHeader& header) {
  Candidates named{{}, true};
  Candidates nameless;
  const Key* other = nullptr;  // has the token's kid, but not its algorithm
  for (const Key& key : snapshot.keys) {
    const bool fits = key.algorithm == header.algorithm;
    if (header.kid && key.kid == *header.kid) {
      if (!fits)
        other = &key;
      else if (named.keys.size() < TokenVerifier::kMaxTries)
        named.keys.push_back(key);
    } else if (fits && (!header.kid || key.kid.empty()) && nameless.keys.size() < TokenVerifier::kMaxTries) {
      nameless.keys.push_back(key);
    }
  }
  if (named.keys.empty() && other)
    return refused(fmt::format("The token is signed with {}, but the key that it names is for {}.",
                               to_string(header.algorithm), to_string(other->algorithm)));
  return named.keys.empty() ? nameless : named;
}

struct SignedBy {
  std::string payload;
  std::shared_ptr<const TokenTerms> terms;
};

std::optional<SignedBy> find_signer(const std::string& token, const std::vector<Key>& keys) {
  for (const Key& key : keys)
    if (auto payload = check_signature(token, std::span(&key, 1)))
      return SignedBy{std::move(*payload), key.terms};
  return std::nullopt;
}

// Whether a JWKS address may have a key for the token that is not in the snapshot yet. Secrets never come
// from addresses. A configured key with the token's kid is never replaced by an address.
bool may_be_fetched(const KeySnapshot& snapshot, const TokenHeader& header, const Candidates& tried) {
  if (!snapshot.has_addresses || header.algorithm == Algorithm::hs256) return false;
  return !tried.named ||
         std::any_of(tried.keys.begin(), tried.keys.end(), [](const Key& key) { return key.fetched; });
}

Error try_later(Milliseconds after, bool without_keys) {
  Error error = make_error(
      ErrorCode::unavailable,
      without_keys
          ? "The sign-in keys could not be fetched yet. Try again in a moment."
          : "The token may be signed with a new key, which is fetched again soon. Try again in a moment.");
  error.retry_after = after;
  return error;
}

}  // namespace

// ---- CallerCache

std::size_t CallerCache::Hash::operator()(const Sha256& hash) const {
  std::size_t value;  // the hash is already uniform
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

std::optional<Caller> CallerCache::find(const Sha256& token_hash, std::uint64_t generation, WallTime now) {
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
  return entry->caller;
}

void CallerCache::put(const Sha256& token_hash, std::uint64_t generation, WallTime until, Caller caller) {
  if (max_entries_ == 0) return;
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(token_hash); found != index_.end()) {
    entries_.erase(found->second);
    index_.erase(found);
  }
  if (entries_.size() >= max_entries_) {
    index_.erase(entries_.back().token_hash);
    entries_.pop_back();
  }
  entries_.push_front({token_hash, generation, until, std::move(caller)});
  index_.emplace(token_hash, entries_.begin());
}

std::size_t CallerCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

// ---- TokenVerifier

TokenVerifier::TokenVerifier(const Config& config, KeySet& keys, ThreadPool& workers, const Clock& clock)
    : config_(config), keys_(keys), workers_(workers), clock_(clock), cache_(config.cache_entries) {}

std::optional<Caller> TokenVerifier::find_known(const std::string& token) {
  if (token.size() > config_.token_max_bytes) return std::nullopt;
  return cache_.find(hash_of(token), keys_.snapshot()->generation, clock_.wall());
}

Awaitable<Result<Caller>> TokenVerifier::verify(Loop& loop, std::string token) {
  if (token.size() > config_.token_max_bytes)
    co_return refused(fmt::format("The token has {} bytes; at most {} are accepted.", token.size(),
                                  config_.token_max_bytes));
  const Sha256 token_hash = hash_of(token);
  if (auto known = cache_.find(token_hash, keys_.snapshot()->generation, clock_.wall()))
    co_return std::move(*known);

  Result<TokenHeader> header = read_header(token);
  if (!header) co_return header.error();
  Result<Verified> verified = co_await verify_signature(loop, std::move(token), std::move(*header));
  if (!verified) co_return verified.error();

  Result<Caller> caller = read_claims(verified->payload, *verified->terms, config_.leeway, clock_.wall());
  if (caller) {
    const WallTime until = std::min(caller->expires + config_.leeway, clock_.wall() + config_.cache_time);
    cache_.put(token_hash, verified->generation, until, *caller);
  }
  co_return caller;
}

Awaitable<Result<TokenVerifier::Verified>> TokenVerifier::verify_signature(Loop& loop, std::string token,
                                                                           TokenHeader header) {
  const Error wrong =
      refused("The token's signature does not fit: it was changed, or signed with another key.");
  std::optional<KeyQuery> query;
  for (int searches = 0;; ++searches) {
    const std::shared_ptr<const KeySnapshot> snapshot = keys_.snapshot();
    Result<Candidates> candidates = select(*snapshot, header);
    if (!candidates) co_return candidates.error();
    const Candidates& tried = *candidates;
    if (!tried.keys.empty()) {
      std::optional<SignedBy> signer;
      if (header.algorithm == Algorithm::hs256) {
        signer = find_signer(token, tried.keys);
      } else {
        auto check = [token, keys = tried.keys] { return find_signer(token, keys); };
        Result<std::optional<SignedBy>> checked = co_await workers_.run(loop, std::move(check));
        if (!checked) co_return checked.error();
        signer = std::move(*checked);
      }
      if (signer)
        co_return Verified{std::move(signer->payload), std::move(signer->terms), snapshot->generation};
    }
    const Error refusal = tried.keys.empty() ? no_key_fits(header) : wrong;
    if (!may_be_fetched(*snapshot, header, tried)) co_return refusal;
    if (searches == kMaxSearches) co_return try_later(Milliseconds(0), false);

    if (!query) {
      Result<KeyQuery> made = query_for(token, header);
      if (!made) co_return made.error();
      query = std::move(*made);
    }
    query->generation = snapshot->generation;
    KeyQuery copy = *query;
    const KeySearch found = co_await keys_.search(loop, std::move(copy));
    query->asked = found.asked;
    if (found.outcome == KeySearch::Outcome::absent) co_return refusal;
    if (found.outcome == KeySearch::Outcome::later) {
      if (tried.named) co_return refusal;  // the key with that name is present, and did not sign the token
      co_return try_later(found.retry_after, snapshot->incomplete);
    }
  }
}

// Fails for tokens that would be invalid with any key: they must not cause a fetch.
Result<KeyQuery> TokenVerifier::query_for(const std::string& token, const TokenHeader& header) const {
  const auto payload = unverified_payload(token);
  if (!payload) return refused("The token is not a JWT: its parts must be base64url.");
  Result<std::string> issuer = read_unverified_issuer(*payload, config_.leeway, clock_.wall());
  if (!issuer) return issuer.error();
  return KeyQuery{header.kid, std::move(*issuer), 0, std::nullopt};
}

Error TokenVerifier::no_key_fits(const TokenHeader& header) const {
  const auto snapshot = keys_.snapshot();
  if (snapshot->keys.empty() && !snapshot->has_addresses)
    return refused(
        "This server has no keys to check tokens with. Configure auth.keys, or use its development mode.");
  return refused(fmt::format("No key of this server fits the token: check its alg ({}), kid and iss.",
                             to_string(header.algorithm)));
}

}  // namespace belay::auth
