#include "storage/memory/counters.hpp"

#include <algorithm>
#include <cassert>

namespace belay::storage {
namespace {

constexpr Milliseconds kNoRoomRetry{1'000};
constexpr std::size_t kFirstCapacity = 4;

}  // namespace

Reservation MemoryCounters::reserve_all(std::span<const LimitCheck> checks, WallTime now) {
  const std::lock_guard lock(mutex_);
  sweep_some(now);
  Reservation reservation;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    Reservation one;
    if (!take(checks[i], now, one)) {
      one.limit = i;
      while (i-- > 0) release_window(checks[i]);
      return one;
    }
    const bool tighter = !reservation.limit || one.remaining < reservation.remaining;
    if (checks[i].kind != LimitCheck::Kind::window || !tighter) continue;
    reservation.limit = i;
    reservation.remaining = one.remaining;
  }
  reservation.granted = true;
  return reservation;
}

bool MemoryCounters::take(const LimitCheck& check, WallTime now, Reservation& reservation) {
  Counts* const counts = find_or_make(check.key, now);
  if (counts == nullptr) {
    reservation.retry_after = kNoRoomRetry;
    reservation.counters_full = true;
    return false;
  }
  if (check.kind == LimitCheck::Kind::concurrent) {
    if (counts->slots >= check.max) return false;
    reservation.remaining = check.max - ++counts->slots;
    return true;
  }
  assert(check.window > Milliseconds::zero());
  Window& window = window_of(*counts, check.window);
  forget_old(window, now);
  if (window.times.size() >= check.max) {
    // The count that must leave the window first, so that fewer than `max` remain. A limit of zero never has
    // a free place.
    const WallTime leaves = check.max == 0 ? now : WallTime{window.times[window.times.size() - check.max]};
    reservation.retry_after = leaves + check.window - now;
    return false;
  }
  // Times never decrease along the ring. If a thread read the clock a little earlier than another, its count
  // gets a slightly later time.
  add(window, check.max, window.times.empty() ? now.ms : std::max(now.ms, window.times.back()));
  reservation.remaining = check.max - window.times.size();
  return true;
}

// Undoes the last take() of this check, while the same lock is held.
void MemoryCounters::release_window(const LimitCheck& check) {
  Counts& counts = keys_.find(check.key)->second;
  if (check.kind == LimitCheck::Kind::concurrent)
    --counts.slots;
  else
    window_of(counts, check.window).times.pop_back();
}

void MemoryCounters::release(std::span<const std::string> keys) {
  const std::lock_guard lock(mutex_);
  for (const std::string& key : keys) {
    const auto found = keys_.find(key);
    if (found == keys_.end() || found->second.slots == 0) continue;
    if (--found->second.slots == 0 && found->second.windows.empty()) keys_.erase(found);
  }
}

void MemoryCounters::restore(const LimitCheck& check, WallTime when) {
  const std::lock_guard lock(mutex_);
  Counts& counts = keys_[check.key];
  if (check.kind == LimitCheck::Kind::concurrent) {
    ++counts.slots;
    return;
  }
  if (check.max == 0) return;
  auto& times = window_of(counts, check.window).times;
  // Only the newest `max` counts decide whether there is a free place.
  if (times.size() >= check.max) {
    if (when.ms <= times.front()) return;
    times.pop_front();
  }
  add(window_of(counts, check.window), check.max, when.ms);
  for (std::size_t i = times.size() - 1; i > 0 && times[i - 1] > times[i]; --i)
    std::swap(times[i - 1], times[i]);
}

std::uint64_t MemoryCounters::in_use(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(key);
  if (found == keys_.end()) return 0;
  std::uint64_t used = found->second.slots;
  for (const Window& window : found->second.windows) used += window.times.size();
  return used;
}

std::size_t MemoryCounters::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

MemoryCounters::Counts* MemoryCounters::find_or_make(const std::string& key, WallTime now) {
  if (const auto found = keys_.find(key); found != keys_.end()) return &found->second;
  if (keys_.size() >= config_.max_keys && now >= next_full_sweep_) {
    next_full_sweep_ = now + config_.full_sweep_every;
    sweep_all(now);
  }
  return keys_.size() >= config_.max_keys ? nullptr : &keys_[key];
}

MemoryCounters::Window& MemoryCounters::window_of(Counts& counts, Milliseconds length) {
  for (Window& window : counts.windows)
    if (window.length == length) return window;
  Window& window = counts.windows.emplace_back();
  window.length = length;
  return window;
}

void MemoryCounters::add(Window& window, std::uint64_t max, std::int64_t time) {
  auto& times = window.times;
  if (times.full())
    times.set_capacity(std::min<std::uint64_t>(max, std::max(kFirstCapacity, 2 * times.capacity())));
  assert(!times.full());
  times.push_back(time);
}

void MemoryCounters::forget_old(Window& window, WallTime now) const {
  auto& times = window.times;
  if (!times.empty() && times.back() > now.ms + config_.clock_skew.count())
    for (std::int64_t& time : times) time = std::min(time, now.ms);
  while (!times.empty() && times.front() + window.length.count() <= now.ms) times.pop_front();
}

bool MemoryCounters::is_idle(Counts& counts, WallTime now) const {
  if (counts.slots != 0) return false;
  for (Window& window : counts.windows) {
    forget_old(window, now);
    if (!window.times.empty()) return false;
  }
  return true;
}

void MemoryCounters::sweep_some(WallTime now) {
  if (keys_.empty()) return;
  // A bucket contains about one key. Erasing keys does not move buckets. Growing the table does; then some
  // buckets are visited in a different order.
  for (std::size_t looked = 0; looked < config_.sweep_keys; ++looked) {
    if (next_bucket_ >= keys_.bucket_count()) next_bucket_ = 0;
    std::vector<std::string> idle;
    for (auto key = keys_.begin(next_bucket_); key != keys_.end(next_bucket_); ++key)
      if (is_idle(key->second, now)) idle.push_back(key->first);
    for (const std::string& key : idle) keys_.erase(key);
    ++next_bucket_;
  }
}

void MemoryCounters::sweep_all(WallTime now) {
  for (auto key = keys_.begin(); key != keys_.end();)
    key = is_idle(key->second, now) ? keys_.erase(key) : std::next(key);
}

}  // namespace belay::storage
