#include "services/runs/recent_requests.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"

namespace belay::services {

// The lengths separate the parts.
std::string RecentRequests::name_of(std::string_view user, std::string_view surface,
                                    std::string_view digest) {
  return digest_of(fmt::format("{}:{}{}:{}{}", user.size(), user, surface.size(), surface, digest));
}

void RecentRequests::add(const std::string& name, const RunId& run) {
  const std::lock_guard lock(mutex_);
  erase(name);
  by_name_.emplace(name, run);
  by_run_.emplace(run, name);
  in_order_.push_back({name, run, clock_.steady()});
  drop_old();
}

std::optional<RunId> RecentRequests::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

void RecentRequests::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  erase(name);
}

void RecentRequests::remove(const RunId& run) {
  const std::lock_guard lock(mutex_);
  const auto found = by_run_.find(run);
  if (found != by_run_.end()) erase(std::string(found->second));
}

void RecentRequests::drop_old() {
  const SteadyTime now = clock_.steady();
  while (in_order_.size() > kMax || (!in_order_.empty() && now - in_order_.front().when > kTime)) {
    const Added& oldest = in_order_.front();
    const auto found = by_name_.find(oldest.name);
    if (found != by_name_.end() && found->second == oldest.run) erase(oldest.name);
    in_order_.pop_front();
  }
}

void RecentRequests::erase(const std::string& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  by_run_.erase(found->second);
  by_name_.erase(found);
}

}  // namespace belay::services
