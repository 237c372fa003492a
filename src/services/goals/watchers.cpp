#include "services/goals/watchers.hpp"

#include <atomic>
#include <utility>

namespace belay::services {

struct CoachWatchers::Shard {
  struct Entry {
    std::string user;
    CoachWatcher* watcher;
  };
  Loop* loop;
  std::unordered_map<std::uint64_t, Entry> entries{};
  std::unordered_multimap<std::string, std::uint64_t> by_user{};
  std::uint64_t last = 0;

  void remove(std::uint64_t id) {
    const auto found = entries.find(id);
    if (found == entries.end()) return;
    const auto [first, end] = by_user.equal_range(found->second.user);
    for (auto at = first; at != end; ++at)
      if (at->second == id) {
        by_user.erase(at);
        break;
      }
    entries.erase(found);
  }
  // A watcher that is notified may end watching, also that of another.
  template <class Tell>
  std::size_t tell(const std::vector<std::uint64_t>& ids, Tell tell_one) {
    std::size_t notified = 0;
    for (const std::uint64_t id : ids) {
      const auto found = entries.find(id);
      if (found == entries.end()) continue;
      tell_one(*found->second.watcher);
      ++notified;
    }
    return notified;
  }
};

CoachWatchers::CoachWatchers(const std::vector<Loop*>& loops) {
  for (Loop* const loop : loops) shards_.push_back(std::make_unique<Shard>(Shard{loop}));
}

CoachWatchers::~CoachWatchers() = default;

CoachWatchers::Watch CoachWatchers::watch(Loop& loop, std::string user, CoachWatcher& watcher) {
  Shard& shard = *shards_.at(loop.index());
  const std::uint64_t id = ++shard.last;
  shard.by_user.emplace(user, id);
  shard.entries.emplace(id, Shard::Entry{std::move(user), &watcher});
  return Watch(shard, id);
}

CoachWatchers::Watch::Watch(Watch&& other) noexcept
    : shard_(std::exchange(other.shard_, nullptr)), id_(other.id_) {}

CoachWatchers::Watch& CoachWatchers::Watch::operator=(Watch&& other) noexcept {
  std::swap(shard_, other.shard_);
  std::swap(id_, other.id_);
  return *this;
}

CoachWatchers::Watch::~Watch() {
  if (shard_) shard_->remove(id_);
}

void CoachWatchers::changed(const std::string& user) {
  for (const auto& shard : shards_)
    shard->loop->post([&shard = *shard, user] {
      std::vector<std::uint64_t> ids;
      const auto [first, end] = shard.by_user.equal_range(user);
      for (auto at = first; at != end; ++at) ids.push_back(at->second);
      shard.tell(ids, [](CoachWatcher& watcher) { watcher.access_may_have_changed(); });
    });
}

void CoachWatchers::notify(std::string text, UniqueFunction<void(std::size_t)> done) {
  struct Telling {
    std::string text;
    std::atomic<std::size_t> left;
    std::atomic<std::size_t> notified{0};
    UniqueFunction<void(std::size_t)> done;
  };
  auto telling = std::make_shared<Telling>();
  telling->text = std::move(text);
  telling->left = shards_.size();
  telling->done = std::move(done);
  for (const auto& shard : shards_)
    shard->loop->post([&shard = *shard, telling] {
      std::vector<std::uint64_t> ids;
      ids.reserve(shard.entries.size());
      for (const auto& [id, entry] : shard.entries) ids.push_back(id);
      telling->notified += shard.tell(ids, [&](CoachWatcher& watcher) { watcher.notice(telling->text); });
      if (telling->left.fetch_sub(1) == 1) telling->done(telling->notified);
    });
}

}  // namespace belay::services
