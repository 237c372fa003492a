// Which runs the requests of the last minutes have started, for attempts of one request that have no idempotency key
// (StartRun::Attempt). A run leaves when its answer was delivered, or when a first attempt of an equal request arrives.
//
// In memory only, and bounded: the oldest leave first. After a restart the engine's live runs answer instead
// (Engine::find_live_by_body()). Thread-safe.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/run_id.hpp"

namespace belay::services {

class RecentRequests {
 public:
  static constexpr std::size_t kMax = 16'384;
  // Longer than the SDKs wait between two attempts.
  static constexpr Milliseconds kTime = std::chrono::minutes(5);

  explicit RecentRequests(const Clock& clock) : clock_(clock) {}

  static std::string name_of(std::string_view user, std::string_view surface, std::string_view digest);

  void add(const std::string& name, const RunId& run);
  std::optional<RunId> find(const std::string& name) const;
  void remove(const std::string& name);
  void remove(const RunId& run);

 private:
  struct Added {
    std::string name;
    RunId run;
    SteadyTime when;
  };
  void drop_old();
  void erase(const std::string& name);

  const Clock& clock_;
  mutable std::mutex mutex_;
  // Has every entry of the maps, and entries that have left them.
  std::deque<Added> in_order_;
  std::unordered_map<std::string, RunId> by_name_;
  std::unordered_map<RunId, std::string> by_run_;
};

}  // namespace belay::services
