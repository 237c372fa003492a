#include "services/goals/access.hpp"

#include <algorithm>

#include "base/await.hpp"

namespace belay::services {
namespace {

// Those whose window may be open now, and so many that come next. With more, an opening is announced only when earlier
// meetings are over.
constexpr std::size_t kMaxMeetings = 256;

}  // namespace

Awaitable<Result<CoachAccessState>> CoachAccess::check(Loop& loop, Deadline deadline, std::string user) {
  CoachAccessState state;
  auto profile = co_await call<&ProfileStore::find_profile>(loop, deadline, parts_.profiles, user);
  if (!profile) co_return profile.error();
  state.now = parts_.clock.wall();
  MeetingQuery query;
  query.from = state.now - parts_.config.max_meeting_duration - parts_.config.access.closes_after;
  query.scheduled_only = true;
  query.max = kMaxMeetings;
  auto page = co_await call<&MeetingStore::list_meetings>(loop, deadline, parts_.meetings, user, query);
  if (!page) co_return page.error();
  std::vector<policy::AccessMeeting> meetings;
  meetings.reserve(page->meetings.size());
  for (const Meeting& each : page->meetings) meetings.push_back({each.id, each.start, each.duration, false});
  state.profile = std::move(*profile);
  state.access = policy::access_at(state.now, {state.profile.phase, meetings}, parts_.config.access);
  const auto under_way = std::find_if(page->meetings.begin(), page->meetings.end(),
                                      [&](const Meeting& each) { return each.id == state.access.meeting; });
  if (!state.access.meeting.empty() && under_way != page->meetings.end())
    state.meeting = std::move(*under_way);
  co_return state;
}

Error CoachAccess::refusal(const CoachAccessState& state) const {
  return policy::access_error(state.access, state.now, parts_.config.access);
}

Awaitable<Result<std::vector<Goal>>> CoachAccess::active_goals(Loop& loop, Deadline deadline,
                                                               std::string user) {
  GoalQuery query;
  query.status = GoalStatus::active;
  query.max = kMaxGoalsInPrompt;
  auto page = co_await call<&GoalStore::list_goals>(loop, deadline, parts_.goals, std::move(user), query);
  if (!page) co_return page.error();
  co_return std::move(page->goals);
}

}  // namespace belay::services
