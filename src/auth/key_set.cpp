#include "auth/key_set.hpp"

#include <algorithm>
#include <cassert>

namespace belay::auth {
namespace {

// The time to retry when no time is known: too many requests are waiting, or the server is stopping.
constexpr Milliseconds kSoon{1000};

}  // namespace

KeySet::KeySet(const Config& config, Loop& home, KeyFetcher* fetcher, Notice notice)
    : config_(config), home_(home), fetcher_(fetcher), notice_(std::move(notice)) {}

KeySet::~KeySet() {
  stop();
}

Result<std::unique_ptr<KeySet>> KeySet::open(const Config& config, Loop& home, KeyFetcher* fetcher,
                                             Notice notice) {
  std::unique_ptr<KeySet> set(new KeySet(config, home, fetcher, std::move(notice)));
  LoadedKeys loaded = load_configured_keys(config);
  std::string failures;
  for (const Error& problem : loaded.problems) failures += (failures.empty() ? "" : "\n") + problem.detail;
  if (!failures.empty()) return make_error(ErrorCode::invalid_request, std::move(failures), "auth.keys");
  set->configured_ = std::move(loaded.keys);
  for (const KeySource& source : config.keys)
    if (!source.jwks_url.empty()) set->addresses_.push_back(set->make_address(source));
  set->publish();
  return set;
}

std::unique_ptr<JwksAddress> KeySet::make_address(const KeySource& source) {
  assert(fetcher_ && "a JWKS address needs a fetcher");
  JwksAddress::Parts parts{home_, *fetcher_, fetches_, [this](const std::string& text) { notice_(text); },
                           [this](bool changed) { fetch_ended(changed); }};
  return std::make_unique<JwksAddress>(std::move(parts), config_, source);
}

void KeySet::start() {
  started_ = true;
  for (const auto& address : addresses_) address->fetch();
}

void KeySet::stop() {
  stopped_ = true;
  addresses_.clear();
  review_waiters();
}

void KeySet::replace(const Config& config, std::vector<Key> configured) {
  if (stopped_) return;
  config_ = config;
  configured_ = std::move(configured);
  std::vector<std::unique_ptr<JwksAddress>> before;
  before.swap(addresses_);
  for (const KeySource& source : config.keys) {
    if (source.jwks_url.empty()) continue;
    const auto known = std::find_if(before.begin(), before.end(), [&](const auto& address) {
      return address && address->url() == source.jwks_url;
    });
    if (known != before.end()) {
      (*known)->configure(config, source);
      addresses_.push_back(std::move(*known));
    } else {
      addresses_.push_back(make_address(source));
    }
    if (started_) addresses_.back()->fetch();
  }
  publish();
  review_waiters();
}

void KeySet::take_reloadable_part(Config& running, const Config& fresh) {
  running.keys = fresh.keys;
  running.issuer = fresh.issuer;
  running.audience = fresh.audience;
  running.user_claim = fresh.user_claim;
  running.tier_claim = fresh.tier_claim;
  running.roles_claim = fresh.roles_claim;
  running.jwks_refresh = fresh.jwks_refresh;
  running.jwks_cooldown = fresh.jwks_cooldown;
  running.jwks_retry_delay = fresh.jwks_retry_delay;
  running.jwks_max_retry_delay = fresh.jwks_max_retry_delay;
  running.jwks_timeout = fresh.jwks_timeout;
  running.jwks_max_bytes = fresh.jwks_max_bytes;
  running.jwks_max_waiting = fresh.jwks_max_waiting;
}

std::shared_ptr<const KeySnapshot> KeySet::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

Awaitable<KeySearch> KeySet::search(Loop& loop, KeyQuery query) {
  auto start = [this, query = std::move(query)](UniqueFunction<void(KeySearch)> done) mutable {
    auto waiter = std::make_shared<Waiter>(Waiter{std::move(query), std::move(done)});
    home_.post([this, waiter] { ask(std::move(*waiter)); });
  };
  co_return co_await await_callback<KeySearch>(loop, std::move(start));
}

void KeySet::ask(Waiter waiter) {
  if (!waiter.query.asked) waiter.query.asked = fetches_;
  if (const auto found = look(waiter.query)) return waiter.done(*found);
  if (waiting_.size() >= config_.jwks_max_waiting)
    return waiter.done({KeySearch::Outcome::later, kSoon, *waiter.query.asked});
  waiting_.push_back(std::move(waiter));
}

// Nothing: a fetch that may bring the key is in progress.
std::optional<KeySearch> KeySet::look(const KeyQuery& query) {
  const std::uint64_t asked = *query.asked;
  if (stopped_) return KeySearch{KeySearch::Outcome::later, kSoon, asked};
  if (snapshot_->generation != query.generation) return KeySearch{KeySearch::Outcome::changed, {}, asked};
  bool fetching = false;
  bool retired = false;
  std::optional<SteadyTime> next;
  for (const auto& address : addresses_) {
    if (!address->may_sign_for(query.issuer)) continue;
    const JwksAddress::Standing standing = address->look_for(query.kid, asked);
    fetching |= standing == JwksAddress::Standing::fetching;
    retired |= address->has_retired(query.kid);
    if (standing == JwksAddress::Standing::unknown)
      next = next ? std::min(*next, address->next_fetch()) : address->next_fetch();
  }
  if (fetching) return std::nullopt;
  if (!next || retired) return KeySearch{KeySearch::Outcome::absent, {}, asked};
  const auto wait = std::chrono::ceil<Milliseconds>(*next - home_.clock().steady());
  return KeySearch{KeySearch::Outcome::later, std::max(wait, Milliseconds(0)), asked};
}

void KeySet::fetch_ended(bool changed) {
  if (changed) publish();
  review_waiters();
}

void KeySet::review_waiters() {
  std::vector<Waiter> waiting;
  waiting.swap(waiting_);
  for (Waiter& waiter : waiting) {
    if (const auto found = look(waiter.query))
      waiter.done(*found);
    else
      waiting_.push_back(std::move(waiter));
  }
}

void KeySet::publish() {
  auto next = std::make_shared<KeySnapshot>();
  next->keys = configured_;
  next->has_addresses = !addresses_.empty();
  for (const auto& address : addresses_) {
    next->keys.insert(next->keys.end(), address->keys().begin(), address->keys().end());
    next->incomplete |= !address->has_arrived();
  }
  const std::lock_guard lock(snapshot_mutex_);
  next->generation = snapshot_ ? snapshot_->generation + 1 : 1;
  snapshot_ = std::move(next);
}

}  // namespace belay::auth
