#include "services/context/context_cache.hpp"

#include <iterator>
#include <utility>

namespace belay::services {
namespace {

// What an entry takes beside its document. The document takes about twice its text.
constexpr std::size_t kEntryBytes = 512;

}  // namespace

std::optional<ContextCache::Entry> ContextCache::find(const std::string& user) {
  const std::lock_guard lock(mutex_);
  const auto found = by_user_.find(user);
  if (found == by_user_.end()) return std::nullopt;
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->entry;
}

std::uint64_t ContextCache::forgotten() const {
  const std::lock_guard lock(mutex_);
  return forgotten_;
}

void ContextCache::put(const std::string& user, Entry entry, std::size_t size, std::uint64_t forgotten) {
  const std::lock_guard lock(mutex_);
  if (forgotten != forgotten_) return;
  if (const auto found = by_user_.find(user); found != by_user_.end()) remove(found->second);
  kept_.push_front({user, std::move(entry), kEntryBytes + 2 * size});
  by_user_[user] = kept_.begin();
  size_ += kept_.front().size;
  while (!kept_.empty() && (kept_.size() > limits_.entries || size_ > limits_.size.value))
    remove(std::prev(kept_.end()));
}

void ContextCache::forget(const std::string& user) {
  const std::lock_guard lock(mutex_);
  ++forgotten_;
  if (const auto found = by_user_.find(user); found != by_user_.end()) remove(found->second);
}

void ContextCache::remove(Place place) {
  size_ -= place->size;
  by_user_.erase(place->user);
  kept_.erase(place);
}

}  // namespace belay::services
