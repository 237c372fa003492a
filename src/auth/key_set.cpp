#include "auth/key_set.hpp"

#include <cassert>

#include <fmt/format.h>

namespace belay::auth {

KeySet::KeySet(const Config& config, Loop& home, KeyFetcher* fetcher, Notice notice)
    : config_(config),
      home_(home),
      fetcher_(fetcher),
      notice_(std::move(notice)),
      interval_(home.timers(), [this] { fetch_all(); }),
      alive_(std::make_shared<KeySet*>(this)) {}

KeySet::~KeySet() {
  stop();
}

Result<std::unique_ptr<KeySet>> KeySet::open(const Config& config, Loop& home, KeyFetcher* fetcher,
                                             Notice notice) {
  std::unique_ptr<KeySet> set(new KeySet(config, home, fetcher, std::move(notice)));
  std::string failures;
  for (const KeySource& source : config.keys) {
    if (!source.jwks_url.empty()) {
      assert(fetcher && "a JWKS address needs a fetcher");
      set->addresses_.push_back({source, {}, {}});
      continue;
    }
    Result<std::vector<Key>> keys = load_keys(source);
    if (keys)
      set->configured_.insert(set->configured_.end(), keys->begin(), keys->end());
    else
      failures += (failures.empty() ? "" : "\n") + keys.error().detail;
  }
  if (!failures.empty()) return make_error(ErrorCode::invalid_request, std::move(failures), "auth.keys");
  set->publish();
  return set;
}

void KeySet::start() {
  if (has_addresses()) fetch_all();
}

void KeySet::stop() {
  stopped_ = true;
  interval_.cancel();
  alive_.reset();
  std::vector<Waiter> waiting;
  waiting.swap(waiting_);
  for (Waiter& waiter : waiting) waiter(Result<>());
}

std::shared_ptr<const KeySnapshot> KeySet::snapshot() const {
  const std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

Awaitable<Result<>> KeySet::refresh(Loop& loop) {
  if (!has_addresses()) co_return Result<>();
  auto start = [this](Waiter done) {
    auto shared = std::make_shared<Waiter>(std::move(done));
    home_.post([this, shared] { ask(std::move(*shared)); });
  };
  co_return co_await await_callback<Result<>>(loop, std::move(start));
}

void KeySet::ask(Waiter waiter) {
  const SteadyTime now = home_.clock().steady();
  const bool cooling = last_fetch_ && now - *last_fetch_ < config_.jwks_cooldown;
  if (stopped_ || (fetches_left_ == 0 && cooling)) return waiter(Result<>());
  if (waiting_.size() >= config_.jwks_most_waiting)
    return waiter(
        make_error(ErrorCode::unavailable, "The sign-in keys are being fetched. Try again in a moment."));
  waiting_.push_back(std::move(waiter));
  if (fetches_left_ == 0) fetch_all();
}

void KeySet::fetch_all() {
  if (fetches_left_ != 0 || stopped_) return;
  last_fetch_ = home_.clock().steady();
  fetches_left_ = addresses_.size();
  interval_.arm(config_.jwks_refresh);
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    std::weak_ptr<KeySet*> alive = alive_;
    Loop& home = home_;
    auto done = [alive, &home, i](Result<std::string> body) mutable {
      home.post([alive, i, body = std::move(body)]() mutable {
        if (const auto set = alive.lock()) (*set)->take(i, std::move(body));
      });
    };
    fetcher_->fetch({addresses_[i].source.jwks_url, config_.jwks_timeout, config_.jwks_most_bytes},
                    std::move(done));
  }
}

void KeySet::take(std::size_t index, Result<std::string> body) {
  Address& address = addresses_[index];
  Result<std::vector<Key>> keys = body ? parse_fetched_keys(*body, address.source) : body.error();
  if (keys && *body != address.body) {
    notice_(fmt::format("{} sign-in keys fetched from {}", keys->size(), address.source.jwks_url));
    address.keys = std::move(*keys);
    address.body = std::move(*body);
    publish();
  } else if (!keys) {
    notice_(fmt::format("sign-in keys could not be fetched from {}, the {} that are there stay: {}",
                        address.source.jwks_url, address.keys.size(), keys.error().detail));
  }
  assert(fetches_left_ > 0);
  if (--fetches_left_ == 0) finish();
}

void KeySet::finish() {
  std::vector<Waiter> waiting;
  waiting.swap(waiting_);
  for (Waiter& waiter : waiting) waiter(Result<>());
}

void KeySet::publish() {
  auto next = std::make_shared<KeySnapshot>();
  next->keys = configured_;
  for (const Address& address : addresses_) {
    next->keys.insert(next->keys.end(), address.keys.begin(), address.keys.end());
    next->incomplete |= address.body.empty();
  }
  const std::lock_guard lock(snapshot_mutex_);
  next->generation = snapshot_ ? snapshot_->generation + 1 : 1;
  snapshot_ = std::move(next);
}

}  // namespace belay::auth
