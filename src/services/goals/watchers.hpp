// The open connections to the goal coach, so that they learn what concerns them: that their user's access may have changed
// (requirement G3), or that an operator has a notice for everybody (G2).
//
// A connection lives on its loop, and so does its entry here: one shard for each loop, used only on that loop. There are
// no more entries than connections. Owned by app/; outlives the listeners.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/function.hpp"
#include "base/loop.hpp"

namespace belay::services {

class CoachWatcher {
 public:
  // Phase, goals or meetings of the user have changed. On the watcher's loop; it may stop watching inside the call.
  virtual void access_may_have_changed() = 0;
  virtual void notice(const std::string& text) = 0;

 protected:
  ~CoachWatcher() = default;
};

class CoachWatchers {
 private:
  struct Shard;

 public:
  // `loops`: of all connections, by their index. They outlive this.
  explicit CoachWatchers(const std::vector<Loop*>& loops);
  ~CoachWatchers();
  CoachWatchers(const CoachWatchers&) = delete;
  CoachWatchers& operator=(const CoachWatchers&) = delete;

  // Watching ends with it, on the watcher's loop.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();

   private:
    friend class CoachWatchers;
    Watch(Shard& shard, std::uint64_t id) : shard_(&shard), id_(id) {}
    Shard* shard_ = nullptr;
    std::uint64_t id_ = 0;
  };
  // On the loop. The watcher outlives the Watch.
  [[nodiscard]] Watch watch(Loop& loop, std::string user, CoachWatcher& watcher);

  // Any thread.
  void changed(const std::string& user);
  // Any thread. `done` gets the number of connections that were notified, on one of the loops.
  void notify(std::string text, UniqueFunction<void(std::size_t)> done);

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace belay::services
