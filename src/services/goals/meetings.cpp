#include "services/goals/meetings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/await.hpp"
#include "base/digest.hpp"
#include "prompts/hygiene.hpp"
#include "services/goals/goals.hpp"

namespace belay::services {
namespace {

// Years 1970 to 9999.
constexpr WallTime kLatest{253'402'300'799'999};
constexpr std::size_t kSecretBytes = 32;

Error unfit(std::string_view field, std::string detail) {
  return make_error(ErrorCode::unprocessable, std::move(detail), std::string(field));
}

Error no_such_meeting() {
  return make_error(ErrorCode::not_found, "There is no such meeting. Check its id.", "id");
}

// At most `max` bytes, and whole characters.
std::string cut(std::string text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) --max;
  text.resize(max);
  return text;
}

std::string digest_text(const std::string& secret) {
  Digest digest;
  digest.add("calendar feed ");
  digest.add(secret);
  return digest.hexadecimal();
}

}  // namespace

Result<> Meetings::check(const MeetingChange& change) const {
  if (change.title)
    if (auto fine = check_text(*change.title, "title", parts_.config.max_title, TextForm::title); !fine)
      return fine;
  if (change.start && (change.start->ms < 0 || *change.start > kLatest))
    return unfit("start", "start must be in the years 1970 to 9999.");
  const Milliseconds max = parts_.config.max_meeting_duration;
  if (change.duration && (*change.duration < std::chrono::minutes(1) || *change.duration > max))
    return unfit("duration", fmt::format("A meeting takes 1 to {} minutes.",
                                         std::chrono::duration_cast<std::chrono::minutes>(max).count()));
  return {};
}

Meeting Meetings::made(NewMeeting meeting, WallTime now) const {
  return {new_item_id("meeting_", parts_.random),
          std::move(meeting.title),
          meeting.start,
          meeting.duration,
          meeting.status,
          std::move(meeting.origin),
          now,
          now};
}

Awaitable<Result<Meeting>> Meetings::create(Loop& loop, Deadline deadline, std::string user,
                                            NewMeeting wanted) {
  const MeetingChange all{wanted.title, wanted.start, wanted.duration, wanted.status};
  if (const auto fine = check(all); !fine) co_return fine.error();
  Meeting meeting = made(std::move(wanted), parts_.clock.wall());
  const auto done = co_await call<&MeetingStore::create_meeting>(
      loop, deadline, parts_.meetings, user, meeting, parts_.config.max_meetings_per_user);
  if (!done) co_return done.error();
  parts_.watchers.changed(user);
  co_return meeting;
}

Awaitable<Result<Meeting>> Meetings::change(Loop& loop, Deadline deadline, std::string user, std::string id,
                                            MeetingChange change) {
  if (const auto fine = check(change); !fine) co_return fine.error();
  auto changed = co_await call<&MeetingStore::change_meeting>(
      loop, deadline, parts_.meetings, user, std::move(id), std::move(change), parts_.clock.wall());
  if (!changed) co_return changed.error();
  if (!*changed) co_return no_such_meeting();
  parts_.watchers.changed(user);
  co_return std::move(**changed);
}

Awaitable<Result<>> Meetings::remove(Loop& loop, Deadline deadline, std::string user, std::string id) {
  const auto removed =
      co_await call<&MeetingStore::remove_meeting>(loop, deadline, parts_.meetings, user, std::move(id));
  if (!removed) co_return removed.error();
  parts_.watchers.changed(user);
  co_return Result<>();
}

Awaitable<Result<Meeting>> Meetings::find(Loop& loop, Deadline deadline, std::string user, std::string id) {
  auto found = co_await call<&MeetingStore::find_meeting>(loop, deadline, parts_.meetings, std::move(user),
                                                          std::move(id));
  if (!found) co_return found.error();
  if (!*found) co_return no_such_meeting();
  co_return std::move(**found);
}

Awaitable<Result<MeetingPage>> Meetings::list(Loop& loop, Deadline deadline, std::string user,
                                              MeetingQuery query) {
  co_return co_await call<&MeetingStore::list_meetings>(loop, deadline, parts_.meetings, std::move(user),
                                                        std::move(query));
}

Awaitable<Result<MeetingImport>> Meetings::import(Loop& loop, Deadline deadline, std::string user,
                                                  std::vector<NewMeeting> meetings) {
  const WallTime now = parts_.clock.wall();
  std::vector<Meeting> all;
  all.reserve(meetings.size());
  for (NewMeeting& each : meetings) {
    each.title = cut(prompts::without_control_characters(each.title), parts_.config.max_title.value);
    if (!prompts::has_visible_text(each.title)) each.title = "Meeting";
    each.duration =
        std::clamp<Milliseconds>(each.duration, std::chrono::minutes(1), parts_.config.max_meeting_duration);
    if (each.start.ms < 0 || each.start > kLatest) continue;
    all.push_back(made(std::move(each), now));
  }
  const auto report = co_await call<&MeetingStore::import_meetings>(
      loop, deadline, parts_.meetings, user, std::move(all), parts_.config.max_meetings_per_user, now);
  if (!report) co_return report.error();
  parts_.watchers.changed(user);
  co_return *report;
}

Awaitable<Result<std::vector<Meeting>>> Meetings::all(Loop& loop, Deadline deadline, std::string user) {
  constexpr std::size_t kPage = 500;
  std::vector<Meeting> meetings;
  MeetingQuery query;
  query.max = kPage;
  do {
    auto page = co_await call<&MeetingStore::list_meetings>(loop, deadline, parts_.meetings, user, query);
    if (!page) co_return page.error();
    for (Meeting& each : page->meetings) meetings.push_back(std::move(each));
    query.after = page->next;
  } while (query.after && meetings.size() < parts_.config.max_meetings_per_user + kPage);
  co_return meetings;
}

Awaitable<Result<Meetings::Feed>> Meetings::renew_feed(Loop& loop, Deadline deadline, std::string user) {
  std::string secret = random_hex(kSecretBytes, parts_.random);
  std::string digest = digest_text(secret);
  const WallTime now = parts_.clock.wall();
  const auto done = co_await call<&MeetingStore::put_feed>(loop, deadline, parts_.meetings, std::move(user),
                                                           std::move(digest), now);
  if (!done) co_return done.error();
  co_return Feed{Secret(std::move(secret)), now};
}

Awaitable<Result<>> Meetings::revoke_feed(Loop& loop, Deadline deadline, std::string user) {
  const auto removed =
      co_await call<&MeetingStore::remove_feed>(loop, deadline, parts_.meetings, std::move(user));
  if (!removed) co_return removed.error();
  co_return Result<>();
}

Awaitable<Result<std::optional<WallTime>>> Meetings::feed_of(Loop& loop, Deadline deadline,
                                                             std::string user) {
  co_return co_await call<&MeetingStore::find_feed>(loop, deadline, parts_.meetings, std::move(user));
}

Awaitable<Result<std::string>> Meetings::user_of_feed(Loop& loop, Deadline deadline, std::string secret) {
  std::string digest = digest_text(secret);
  auto user = co_await call<&MeetingStore::user_of_feed>(loop, deadline, parts_.meetings, std::move(digest));
  if (!user) co_return user.error();
  if (!*user)
    co_return make_error(ErrorCode::not_found,
                         "There is no calendar at this address. Its owner may have made a new address.",
                         "secret");
  co_return std::move(**user);
}

}  // namespace belay::services
