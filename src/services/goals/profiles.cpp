#include "services/goals/profiles.hpp"

#include <algorithm>

#include "base/await.hpp"
#include "services/goals/goals.hpp"

namespace belay::services {

bool is_time_zone_name(std::string_view text) {
  constexpr std::size_t kMax = 64;
  return !text.empty() && text.size() <= kMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
}

Awaitable<Result<Profile>> Profiles::find(Loop& loop, Deadline deadline, std::string user) {
  co_return co_await call<&ProfileStore::find_profile>(loop, deadline, parts_.profiles, std::move(user));
}

Awaitable<Result<Profile>> Profiles::change(Loop& loop, Deadline deadline, std::string user,
                                            ProfileChange change) {
  if (change.name && !change.name->empty())
    if (auto fine = check_text(*change.name, "name", parts_.config.max_title, TextForm::title); !fine)
      co_return fine.error();
  if (change.time_zone && !change.time_zone->empty() && !is_time_zone_name(*change.time_zone))
    co_return make_error(ErrorCode::unprocessable, "time_zone must be a name like Europe/Berlin.",
                         "time_zone");
  co_return co_await call<&ProfileStore::change_profile>(loop, deadline, parts_.profiles, std::move(user),
                                                         std::move(change), parts_.clock.wall());
}

Awaitable<Result<std::vector<PhaseChange>>> Profiles::phase_changes(Loop& loop, Deadline deadline,
                                                                    std::string user) {
  co_return co_await call<&ProfileStore::phase_changes>(loop, deadline, parts_.profiles, std::move(user));
}

}  // namespace belay::services
