#include "storage/memory/limit_counts.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace belay::storage {
namespace {

constexpr Milliseconds kNoSpaceRetry{1'000};

}  // namespace

ReserveResult LimitCounts::take(std::vector<Limit>& limits, Holds& holds, WallTime now) {
  using State = ReserveResult::State;
  boost::container::small_vector<Key*, 8> taken;
  ReserveResult result;
  Limit* tightest = nullptr;
  for (Limit& limit : limits) {
    LimitStatus status;
    Key* const key = find_or_make(limit.key, now);
    if (key != nullptr && take_one(limit, key->second, now, status)) {
      taken.push_back(key);
      if (limit.kind == Limit::Kind::concurrent) continue;
      if (tightest != nullptr && status.remaining >= result.limit->remaining) continue;
      tightest = &limit;
      result.limit = status;
      continue;
    }
    while (!taken.empty()) {
      undo(limits[taken.size() - 1], taken.back()->second, now);
      taken.pop_back();
    }
    result.state = key == nullptr ? State::full : State::limited;
    if (key == nullptr) status.retry_after = kNoSpaceRetry;
    status.refused = true;
    status.limit = std::move(limit);
    result.limit = std::move(status);
    return result;
  }
  for (std::size_t i = 0; i < limits.size(); ++i) {
    if (limits[i].kind == Limit::Kind::concurrent) holds.push_back({taken[i], std::nullopt});
    if (limits[i].kind == Limit::Kind::quota) holds.push_back({taken[i], month_of(now)});
  }
  if (tightest != nullptr) result.limit->limit = std::move(*tightest);
  return result;
}

bool LimitCounts::take_one(const Limit& limit, Counts& counts, WallTime now, LimitStatus& status) {
  assert(limit.kind != Limit::Kind::total);
  if (limit.kind == Limit::Kind::concurrent) {
    if (counts.slots >= limit.max) return false;
    status.remaining = limit.max - ++counts.slots;
    return true;
  }
  if (limit.kind == Limit::Kind::quota) {
    forget_months(counts, now);
    const Month month = month_of(now);
    status.reset_after = end_of(month) - now;
    const MonthCount* const count = find_month(counts, month);
    if ((count == nullptr ? 0 : count->used) >= limit.max) {
      status.retry_after = status.reset_after;
      return false;
    }
    MonthCount& taken = month_in(counts, month);
    ++taken.open;
    status.remaining = limit.max - ++taken.used;
    return true;
  }
  SlidingWindow& window = window_of(counts, limit.window);
  window.forget_old(now, config_.clock_skew);
  if (window.used() >= limit.max) {
    status.retry_after = status.reset_after = window.until_free(now, limit.max);
    return false;
  }
  window.add(now, limit.max);
  status.remaining = limit.max - window.used();
  return true;
}

void LimitCounts::undo(const Limit& limit, Counts& counts, WallTime now) {
  if (limit.kind == Limit::Kind::concurrent) {
    --counts.slots;
  } else if (limit.kind == Limit::Kind::window) {
    window_of(counts, limit.window).undo();
  } else {
    MonthCount& count = month_in(counts, month_of(now));
    --count.used;
    --count.open;
  }
}

void LimitCounts::release(const Holds& holds, Quotas quotas, WallTime now) {
  for (const Hold& hold : holds) {
    Counts& counts = hold.key->second;
    if (hold.month) {
      MonthCount& count = month_in(counts, *hold.month);
      assert(count.open > 0 && count.used > 0);
      --count.open;
      if (quotas == Quotas::refund) --count.used;
      forget_months(counts, now);
    } else {
      assert(counts.slots > 0);
      --counts.slots;
    }
    // Another hold of the same key would be seen here: it has a slot, or its month is kept.
    if (counts.slots == 0 && counts.windows.empty() && counts.months.empty())
      keys_.erase(keys_.find(hold.key->first));
  }
}

LimitStatus LimitCounts::used(Limit limit, WallTime now) {
  assert(limit.kind != Limit::Kind::total);
  LimitStatus status;
  std::uint64_t used = 0;
  const auto found = keys_.find(limit.key);
  Counts* const counts = found == keys_.end() ? nullptr : &found->second;
  if (limit.kind == Limit::Kind::quota) {
    const Month month = month_of(now);
    status.reset_after = end_of(month) - now;
    const MonthCount* const count = counts == nullptr ? nullptr : find_month(*counts, month);
    if (count != nullptr) used = count->used;
  } else if (counts != nullptr && limit.kind == Limit::Kind::concurrent) {
    used = counts->slots;
  } else if (counts != nullptr) {
    SlidingWindow& window = window_of(*counts, limit.window);
    window.forget_old(now, config_.clock_skew);
    used = window.used();
    status.reset_after = used < limit.max ? window.until_next(now) : window.until_free(now, limit.max);
  }
  status.remaining = limit.max - std::min(limit.max, used);
  status.limit = std::move(limit);
  return status;
}

void LimitCounts::restore_slot(const std::string& key, Holds& holds) {
  Key& entry = *keys_.try_emplace(key).first;
  ++entry.second.slots;
  holds.push_back({&entry, std::nullopt});
}

void LimitCounts::restore_count(const Limit& limit, Holds* holds, WallTime when, WallTime now) {
  assert(limit.kind == Limit::Kind::window || limit.kind == Limit::Kind::quota);
  if (limit.kind == Limit::Kind::window) {
    const bool has_left = when + limit.window + config_.clock_skew <= now;
    if (has_left || limit.max == 0) return;
    window_of(keys_[limit.key], limit.window).restore(when, limit.max);
    return;
  }
  const Month month = month_of(when);
  if (holds == nullptr && is_over(month, now)) return;
  Key& entry = *keys_.try_emplace(limit.key).first;
  MonthCount& count = month_in(entry.second, month);
  ++count.used;
  if (holds == nullptr) return;
  ++count.open;
  holds->push_back({&entry, month});
}

LimitCounts::Key* LimitCounts::find_or_make(const std::string& key, WallTime now) {
  if (const auto found = keys_.find(key); found != keys_.end()) return &*found;
  if (keys_.size() >= config_.max_keys) {
    // The second condition: the clock was set back.
    if (now >= next_full_sweep_ || now + config_.full_sweep_every < next_full_sweep_) {
      next_full_sweep_ = now + config_.full_sweep_every;
      sweep_all(now);
    }
    if (keys_.size() >= config_.max_keys) return nullptr;
  }
  return &*keys_.try_emplace(key).first;
}

SlidingWindow& LimitCounts::window_of(Counts& counts, Milliseconds length) {
  for (SlidingWindow& window : counts.windows)
    if (window.length() == length) return window;
  return counts.windows.emplace_back(length);
}

LimitCounts::MonthCount* LimitCounts::find_month(Counts& counts, Month month) {
  for (MonthCount& count : counts.months)
    if (count.month == month) return &count;
  return nullptr;
}

LimitCounts::MonthCount& LimitCounts::month_in(Counts& counts, Month month) {
  if (MonthCount* const found = find_month(counts, month)) return *found;
  counts.months.push_back({month});
  return counts.months.back();
}

void LimitCounts::forget_months(Counts& counts, WallTime now) const {
  std::erase_if(counts.months, [&](const MonthCount& count) {
    return count.open == 0 && (count.used == 0 || is_over(count.month, now));
  });
}

bool LimitCounts::is_idle(Counts& counts, WallTime now) const {
  if (counts.slots != 0) return false;
  for (SlidingWindow& window : counts.windows) {
    window.forget_old(now, config_.clock_skew);
    if (window.used() != 0) return false;
  }
  forget_months(counts, now);
  return counts.months.empty();
}

void LimitCounts::sweep_some(WallTime now) {
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

void LimitCounts::sweep_all(WallTime now) {
  for (auto key = keys_.begin(); key != keys_.end();)
    key = is_idle(key->second, now) ? keys_.erase(key) : std::next(key);
}

}  // namespace belay::storage
