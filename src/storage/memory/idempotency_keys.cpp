#include "storage/memory/idempotency_keys.hpp"

#include <cassert>
#include <functional>

namespace belay::storage {
namespace {

// More than one, so that the keys become fewer after a burst.
constexpr int kSweepKeys = 4;

}  // namespace

std::size_t IdempotencyKeys::Hash::operator()(const IdempotencyKey& key) const {
  constexpr std::size_t kOdd = 0x9E3779B97F4A7C15;
  const std::hash<std::string> hash;
  return (hash(key.key) * kOdd + hash(key.user)) * kOdd + hash(key.surface);
}

IdempotencyKeys::Entry* IdempotencyKeys::find(const IdempotencyKey& key) {
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : &*found;
}

bool IdempotencyKeys::make_space() {
  if (keys_.size() < max_keys_) return true;
  if (stored_.empty()) return false;
  forget_oldest();
  return true;
}

IdempotencyKeys::Entry& IdempotencyKeys::add(IdempotencyKey key, RunId run, std::string digest) {
  const auto [entry, is_new] = keys_.try_emplace(std::move(key));
  assert(is_new);
  entry->second.run = run;
  entry->second.digest = std::move(digest);
  return *entry;
}

void IdempotencyKeys::forget(const Entry& key) {
  assert(!key.second.is_stored && key.second.waiters.empty());
  keys_.erase(keys_.find(key.first));
}

void IdempotencyKeys::forget_at(SteadyTime when, Entry& key) {
  assert(key.second.is_decided && !key.second.is_stored);
  key.second.is_stored = true;
  stored_.emplace_back(when, &key);
}

void IdempotencyKeys::forget_oldest() {
  keys_.erase(keys_.find(stored_.front().second->first));
  stored_.pop_front();
}

void IdempotencyKeys::sweep_some(SteadyTime now) {
  for (int i = 0; i < kSweepKeys && !stored_.empty() && stored_.front().first <= now; ++i) forget_oldest();
}

std::list<IdempotencyKeys::Waiter> IdempotencyKeys::take_waiters() {
  std::list<Waiter> all;
  for (Entry& key : keys_) all.splice(all.end(), key.second.waiters);
  return all;
}

}  // namespace belay::storage
