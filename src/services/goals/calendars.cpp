#include "services/goals/calendars.hpp"

#include <utility>

#include "base/run_in_turn.hpp"
#include "calendar/export.hpp"

namespace belay::services {
namespace {

constexpr Milliseconds kUsualDuration = std::chrono::minutes(30);
constexpr Milliseconds kDay = std::chrono::hours(24);

// What identifies an instance in its calendar.
std::string origin_of(const calendar::Meeting& meeting) {
  return meeting.recurrence_id ? meeting.uid + '\n' + std::to_string(meeting.recurrence_id->ms) : meeting.uid;
}

Meetings::NewMeeting meeting_of(calendar::Meeting meeting) {
  Meetings::NewMeeting made;
  made.origin = origin_of(meeting);
  made.title = std::move(meeting.summary);
  made.start = meeting.start;
  made.duration = meeting.duration;
  if (made.duration <= Milliseconds(0)) made.duration = meeting.all_day ? kDay : kUsualDuration;
  made.status = meeting.cancelled ? MeetingStatus::cancelled : MeetingStatus::scheduled;
  return made;
}

// The id alone: an imported calendar and this one may both be subscribed to.
calendar::Meeting written(const Meeting& meeting) {
  calendar::Meeting made;
  made.uid = meeting.id + "@belay";
  made.start = meeting.start;
  made.duration = meeting.duration;
  made.summary = meeting.title;
  made.cancelled = meeting.status == MeetingStatus::cancelled;
  made.last_modified = meeting.changed;
  return made;
}

}  // namespace

Awaitable<Result<Calendars::Imported>> Calendars::import(Loop& loop, Deadline deadline, std::string user,
                                                         std::string file) {
  const auto profile = co_await parts_.profiles.find(loop, deadline, user);
  if (!profile) co_return profile.error();
  calendar::ImportOptions options;
  options.now = parts_.clock.wall();
  if (!profile->time_zone.empty()) options.default_zone = profile->time_zone;
  auto work = [this, file = std::move(file), options = std::move(options)](const FairThreadPool::Turn&) {
    return std::optional(calendar::import_calendar(file, options, parts_.config, zones_));
  };
  const std::uint64_t place = parts_.pool.next_place();
  auto read = co_await run_in_turn<calendar::Import>(loop, parts_.pool, user, place, std::move(work));
  if (!read) co_return read.error();
  std::vector<Meetings::NewMeeting> meetings;
  meetings.reserve(read->meetings.size());
  for (calendar::Meeting& each : read->meetings) meetings.push_back(meeting_of(std::move(each)));
  const auto report = co_await parts_.meetings.import(loop, deadline, std::move(user), std::move(meetings));
  if (!report) co_return report.error();
  co_return Imported{*report, read->problem_count, std::move(read->problems)};
}

Awaitable<Result<std::string>> Calendars::export_of(Loop& loop, Deadline deadline, std::string user) {
  const auto meetings = co_await parts_.meetings.all(loop, deadline, std::move(user));
  if (!meetings) co_return meetings.error();
  std::vector<calendar::Meeting> all;
  all.reserve(meetings->size());
  for (const Meeting& each : *meetings) all.push_back(written(each));
  calendar::ExportOptions options;
  options.now = parts_.clock.wall();
  co_return calendar::export_calendar(all, options);
}

Awaitable<Result<>> Calendars::check_time_zone(Loop& loop, std::string user, std::string name) {
  auto work = [this, name = std::move(name)](const FairThreadPool::Turn&) {
    return std::optional(Result<bool>(zones_.is_valid(name)));
  };
  const std::uint64_t place = parts_.pool.next_place();
  const auto valid = co_await run_in_turn<bool>(loop, parts_.pool, std::move(user), place, std::move(work));
  if (!valid) co_return valid.error();
  if (*valid) co_return Result<>();
  co_return make_error(ErrorCode::unprocessable,
                       "There is no such time zone. Send a name like Europe/Berlin.", "time_zone");
}

}  // namespace belay::services
