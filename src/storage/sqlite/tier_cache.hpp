// The tiers of the users who asked lately, so that a request of a known user waits for no other thread. Each change of a
// user goes through the store, which calls forget() before and after it. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace belay::storage {

class TierCache {
 public:
  // Which changes a read has seen.
  using Version = std::uint64_t;

  struct Found {
    std::optional<std::string> tier;
    Version version;  // for put(), after a read that begins now
  };

  // Holds between `max_users` and twice as many.
  explicit TierCache(std::size_t max_users = 8'192) : max_users_(max_users) {}

  Found find(const std::string& user) {
    const std::lock_guard lock(mutex_);
    if (const auto known = newer_.find(user); known != newer_.end()) return {known->second, version_};
    const auto known = older_.find(user);
    if (known == older_.end()) return {std::nullopt, version_};
    std::string tier = known->second;
    keep(user, tier);
    return {std::move(tier), version_};
  }
  // Keeps nothing if there was a change since `version`: the read may not have seen it.
  void put(std::string user, std::string tier, Version version) {
    const std::lock_guard lock(mutex_);
    if (version == version_) keep(std::move(user), std::move(tier));
  }
  void forget(const std::string& user) {
    const std::lock_guard lock(mutex_);
    ++version_;
    newer_.erase(user);
    older_.erase(user);
  }
  void forget_all() {
    const std::lock_guard lock(mutex_);
    ++version_;
    newer_.clear();
    older_.clear();
  }

 private:
  using Tiers = std::unordered_map<std::string, std::string>;

  void keep(std::string user, std::string tier) {
    if (newer_.size() >= max_users_) older_ = std::exchange(newer_, Tiers());
    newer_.insert_or_assign(std::move(user), std::move(tier));
  }

  const std::size_t max_users_;
  std::mutex mutex_;
  Version version_ = 0;
  Tiers newer_;
  Tiers older_;  // the oldest go when `newer_` is full
};

}  // namespace belay::storage
