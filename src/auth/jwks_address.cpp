#include "auth/jwks_address.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

namespace belay::auth {

JwksAddress::JwksAddress(Parts parts, const Config& config, const KeySource& source)
    : parts_(std::move(parts)),
      config_(config),
      source_(source),
      terms_(std::make_shared<const TokenTerms>(terms_of(config, source))),
      timer_(parts_.home.timers(), [this] { fetch(); }),
      alive_(std::make_shared<JwksAddress*>(this)) {}

bool JwksAddress::has_key(std::string_view kid) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) { return key.kid == kid; });
}

bool JwksAddress::may_sign_for(std::string_view issuer) const {
  return terms_->issuer.empty() || terms_->issuer == issuer;
}

void JwksAddress::fetch() {
  if (fetching_) return;
  timer_.cancel();
  fetching_ = true;
  fetch_ = ++parts_.fetches;
  sought_.merge(wanted_);
  wanted_.clear();
  auto done = [alive = std::weak_ptr<JwksAddress*>(alive_),
               &home = parts_.home](Result<std::string> body) mutable {
    home.post([alive, body = std::move(body)]() mutable {
      if (const auto address = alive.lock()) (*address)->take(std::move(body));
    });
  };
  parts_.fetcher.fetch({source_.jwks_url, config_.jwks_timeout, config_.jwks_max_bytes}, std::move(done));
}

void JwksAddress::configure(const Config& config, const KeySource& source) {
  assert(source.jwks_url == source_.jwks_url);
  config_ = config;
  source_ = source;
  terms_ = std::make_shared<const TokenTerms>(terms_of(config, source));
  if (!has_arrived()) return;
  Result<std::vector<Key>> keys = parse(body_);
  if (keys) {
    replace_keys(std::move(*keys));
  } else {
    replace_keys({});
    fail(keys.error());
  }
}

Result<std::vector<Key>> JwksAddress::parse(const std::string& body) const {
  Result<std::vector<Key>> keys = parse_fetched_keys(body, source_);
  if (!keys) return keys;
  for (Key& key : *keys) {
    key.terms = terms_;
    key.fetched = true;
  }
  return keys;
}

void JwksAddress::take(Result<std::string> body) {
  assert(fetching_);
  fetching_ = false;
  last_end_ = parts_.home.clock().steady();
  const bool same = body && *body == body_ && !keys_.empty();
  Result<std::vector<Key>> keys = body.has_error() ? body.error() : same ? keys_ : parse(*body);
  if (!keys) {
    fail(keys.error());
    return parts_.ended(false);
  }
  if (!same)
    parts_.notice(fmt::format("{} sign-in keys fetched from {}", keys->size(), source_.jwks_url));
  else if (failures_ != 0)
    parts_.notice(fmt::format("sign-in keys can be fetched again from {}", source_.jwks_url));
  failures_ = 0;
  last_failure_.clear();
  arrived_fetch_ = fetch_;
  if (!same) {
    replace_keys(std::move(*keys));
    body_ = std::move(*body);
  }
  note_absent(!same);
  plan(config_.jwks_refresh);
  parts_.ended(!same);
}

void JwksAddress::replace_keys(std::vector<Key> keys) {
  std::vector<Key> before = std::move(keys_);
  keys_ = std::move(keys);
  for (const Key& key : before)
    if (!key.kid.empty() && !has_key(key.kid)) retired_.push_back(key.kid);
  std::erase_if(retired_, [&](const std::string& kid) { return has_key(kid); });
  while (retired_.size() > kMaxRetiredKids) retired_.pop_front();
}

void JwksAddress::fail(const Error& why) {
  ++failures_;
  const Milliseconds delay = retry_delay();
  plan(delay);
  if (why.detail == last_failure_) return;  // already reported
  last_failure_ = why.detail;
  parts_.notice(fmt::format(
      "sign-in keys could not be fetched from {}, the {} that are there stay; the next try is in {} ms: {}",
      source_.jwks_url, keys_.size(), delay.count(), why.detail));
}

void JwksAddress::plan(Milliseconds after) {
  next_fetch_ = parts_.home.clock().steady() + after;
  timer_.arm(after);
}

Milliseconds JwksAddress::retry_delay() const {
  Milliseconds delay = config_.jwks_retry_delay;
  for (unsigned i = 1; i < failures_ && delay < config_.jwks_max_retry_delay; ++i) delay *= 2;
  return std::min(delay, config_.jwks_max_retry_delay);
}

JwksAddress::Standing JwksAddress::look_for(const Kid& kid, std::uint64_t asked) {
  if (has_seen(asked)) return Standing::absent;
  if (wanted_.size() + sought_.size() < kMaxAbsentKids) wanted_.insert(kid);
  if (fetching_) return Standing::fetching;
  const bool cooling = fetch_ != 0 && parts_.home.clock().steady() < last_end_ + config_.jwks_cooldown;
  if (failures_ == 0 && !cooling) {
    fetch();
    return Standing::fetching;
  }
  if (absent_.contains(kid) || has_retired(kid)) return Standing::absent;
  // The kid is in wanted_. So a client that retries after the next fetch gets the key, or a definite
  // rejection.
  const SteadyTime allowed = last_end_ + config_.jwks_cooldown;
  if (failures_ == 0 && allowed < next_fetch_)
    plan(std::chrono::ceil<Milliseconds>(allowed - parts_.home.clock().steady()));
  return Standing::unknown;
}

void JwksAddress::note_absent(bool changed) {
  absent_.clear();
  for (const Kid& kid : sought_)
    if (kid ? !has_key(*kid) : !changed) absent_.insert(kid);
  sought_.clear();
}

bool JwksAddress::has_retired(const Kid& kid) const {
  return kid && std::find(retired_.begin(), retired_.end(), *kid) != retired_.end();
}

}  // namespace belay::auth
