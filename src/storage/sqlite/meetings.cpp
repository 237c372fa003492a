// Meetings, and the secret addresses of calendars, in SQLite.
#include <algorithm>
#include <limits>

#include "core/ports/goal_store.hpp"
#include "core/ports/meeting_store.hpp"
#include "storage/sqlite/profiles.hpp"
#include "storage/sqlite/store_calls.hpp"

namespace belay::storage {
namespace {

#define BELAY_MEETING_COLUMNS "name, title, start, duration, status, origin, created, changed"

Meeting meeting_at(const Query& query) {
  return {query.text_at(0),
          query.text_at(1),
          query.time_at(2),
          Milliseconds(query.number_at(3)),
          static_cast<MeetingStatus>(query.number_at(4)),
          query.text_at(5),
          query.time_at(6),
          query.time_at(7)};
}

Result<std::optional<Meeting>> meeting_of(Query& query) {
  const auto found = query.row();
  if (!found) return found.error();
  return *found ? std::optional(meeting_at(query)) : std::nullopt;
}

Result<std::optional<Meeting>> read_meeting(Database& database, std::string_view user, std::string_view id) {
  Query query(database, "SELECT " BELAY_MEETING_COLUMNS " FROM meetings WHERE user = ? AND name = ?");
  return meeting_of(query.text(user).text(id));
}

Result<std::optional<Meeting>> meeting_from(Database& database, std::string_view user,
                                            std::string_view origin) {
  if (origin.empty()) return std::optional<Meeting>();
  Query query(database, "SELECT " BELAY_MEETING_COLUMNS
                        " FROM meetings WHERE user = ? AND origin = ? AND origin <> ''");
  return meeting_of(query.text(user).text(origin));
}

Result<std::uint64_t> count_meetings(Database& database, std::string_view user) {
  Query count(database, "SELECT count(*) FROM meetings WHERE user = ?");
  const auto counted = count.text(user).row();
  if (!counted) return counted.error();
  return count.count_at(0);
}

Result<> insert_row(Database& database, std::string_view user, const Meeting& meeting) {
  return Query(database,
               "INSERT INTO meetings (user, " BELAY_MEETING_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .text(user)
      .text(meeting.id)
      .text(meeting.title)
      .time(meeting.start)
      .number(std::int64_t{meeting.duration.count()})
      .number(static_cast<int>(meeting.status))
      .text(meeting.origin)
      .time(meeting.created)
      .time(meeting.changed)
      .execute();
}

Result<> update_row(Database& database, std::string_view user, const Meeting& meeting) {
  return Query(database,
               "UPDATE meetings SET title = ?, start = ?, duration = ?, status = ?, changed = ? "
               "WHERE user = ? AND name = ?")
      .text(meeting.title)
      .time(meeting.start)
      .number(std::int64_t{meeting.duration.count()})
      .number(static_cast<int>(meeting.status))
      .time(meeting.changed)
      .text(user)
      .text(meeting.id)
      .execute();
}

Result<> insert_meeting(Database& database, std::string_view user, const Meeting& meeting, std::size_t max) {
  const auto count = count_meetings(database, user);
  if (!count) return count.error();
  if (*count >= max) return too_many_of("meetings", max, kMeetingsLimit);
  if (auto done = insert_row(database, user, meeting); !done) return done;
  return start_tracking_if_due(database, user, meeting.created);
}

Result<> import_one(Database& database, std::string_view user, const Meeting& meeting, WallTime now,
                    MeetingImport& report) {
  const auto known = meeting_from(database, user, meeting.origin);
  if (!known) return known.error();
  if (!*known) {
    ++report.added;
    return insert_row(database, user, meeting);
  }
  Meeting fresh = **known;
  fresh.title = meeting.title;
  fresh.start = meeting.start;
  fresh.duration = meeting.duration;
  fresh.status = meeting.status;
  if (fresh == **known) {
    ++report.unchanged;
    return {};
  }
  ++report.changed;
  fresh.changed = now;
  return update_row(database, user, fresh);
}

// What is written before a failure goes with the transaction.
Result<MeetingImport> write_import(Database& database, std::string_view user,
                                   const std::vector<Meeting>& meetings, std::size_t max, WallTime now) {
  MeetingImport report;
  for (const Meeting& meeting : meetings)
    if (auto done = import_one(database, user, meeting, now, report); !done) return done.error();
  const auto count = count_meetings(database, user);
  if (!count) return count.error();
  if (report.added != 0 && *count > max) return too_many_of("meetings", max, kMeetingsLimit);
  if (auto done = start_tracking_if_due(database, user, now); !done) return done.error();
  return report;
}

Result<std::optional<Meeting>> update_meeting(Database& database, std::string_view user, std::string_view id,
                                              const MeetingChange& change, WallTime now) {
  auto meeting = read_meeting(database, user, id);
  if (!meeting || !*meeting) return meeting;
  if (change.title) (*meeting)->title = *change.title;
  if (change.start) (*meeting)->start = *change.start;
  if (change.duration) (*meeting)->duration = *change.duration;
  if (change.status) (*meeting)->status = *change.status;
  (*meeting)->changed = now;
  if (auto done = update_row(database, user, **meeting); !done) return done.error();
  if (auto done = start_tracking_if_due(database, user, now); !done) return done.error();
  return meeting;
}

Result<MeetingPage> read_meetings(Database& database, std::string_view user, const MeetingQuery& wanted) {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::size_t max = std::max<std::size_t>(wanted.max, 1);
  const ListPlace after = wanted.after.value_or(ListPlace{{Limits::min()}, {}});
  Query query(database,
              "SELECT " BELAY_MEETING_COLUMNS
              " FROM meetings WHERE user = ?1 AND (start, name) > (?2, ?3) AND start >= ?4 AND start < ?5 "
              "AND status <= ?6 ORDER BY start, name LIMIT ?7");
  query.text(user).time(after.time).text(after.id);
  query.time(wanted.from.value_or(WallTime{Limits::min()})).time(wanted.to.value_or(WallTime{Limits::max()}));
  query.number(static_cast<int>(wanted.scheduled_only ? MeetingStatus::scheduled : MeetingStatus::cancelled));
  query.number(static_cast<std::uint64_t>(max) + 1);
  MeetingPage page;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return page;
    if (page.meetings.size() == max) {
      page.next = page.meetings.back().place();
      return page;
    }
    page.meetings.push_back(meeting_at(query));
  }
}
#undef BELAY_MEETING_COLUMNS

Result<bool> delete_where(Database& database, const char* sql, std::string_view user, const std::string* id) {
  Query query(database, sql);
  query.text(user);
  if (id) query.text(*id);
  if (auto done = query.execute(); !done) return done.error();
  return database.changes() != 0;
}

}  // namespace

void SqliteStore::create_meeting(std::string user, Meeting meeting, std::size_t max, Done<> done) {
  auto work = [user = std::move(user), meeting = std::move(meeting), max](Database& database) {
    return insert_meeting(database, user, meeting, max);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::import_meetings(std::string user, std::vector<Meeting> meetings, std::size_t max,
                                  WallTime now, Done<MeetingImport> done) {
  std::size_t bytes = 0;
  for (const Meeting& meeting : meetings) bytes += meeting.title.size() + meeting.origin.size() + 128;
  auto work = [user = std::move(user), meetings = std::move(meetings), max, now](Database& database) {
    return write_import(database, user, meetings, max, now);
  };
  write_for_client(std::move(done), std::move(work), bytes);
}

void SqliteStore::change_meeting(std::string user, std::string id, MeetingChange change, WallTime now,
                                 Done<std::optional<Meeting>> done) {
  auto work = [user = std::move(user), id = std::move(id), change = std::move(change),
               now](Database& database) { return update_meeting(database, user, id, change, now); };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::remove_meeting(std::string user, std::string id, Done<bool> done) {
  auto work = [user = std::move(user), id = std::move(id)](Database& database) {
    return delete_where(database, "DELETE FROM meetings WHERE user = ? AND name = ?", user, &id);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::find_meeting(std::string user, std::string id, Done<std::optional<Meeting>> done) {
  auto work = [user = std::move(user), id = std::move(id)](Database& database) {
    return read_meeting(database, user, id);
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::list_meetings(std::string user, MeetingQuery query, Done<MeetingPage> done) {
  auto work = [user = std::move(user), query = std::move(query)](Database& database) {
    return read_meetings(database, user, query);
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::put_feed(std::string user, std::string digest, WallTime now, Done<> done) {
  auto work = [user = std::move(user), digest = std::move(digest), now](Database& database) {
    return Query(database, "REPLACE INTO calendar_feeds (user, digest, created) VALUES (?, ?, ?)")
        .text(user)
        .text(digest)
        .time(now)
        .execute();
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::remove_feed(std::string user, Done<bool> done) {
  auto work = [user = std::move(user)](Database& database) {
    return delete_where(database, "DELETE FROM calendar_feeds WHERE user = ?", user, nullptr);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::find_feed(std::string user, Done<std::optional<WallTime>> done) {
  auto work = [user = std::move(user)](Database& database) -> Result<std::optional<WallTime>> {
    Query query(database, "SELECT created FROM calendar_feeds WHERE user = ?");
    const auto found = query.text(user).row();
    if (!found) return found.error();
    return *found ? std::optional(query.time_at(0)) : std::nullopt;
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::user_of_feed(std::string digest, Done<std::optional<std::string>> done) {
  auto work = [digest = std::move(digest)](Database& database) -> Result<std::optional<std::string>> {
    Query query(database, "SELECT user FROM calendar_feeds WHERE digest = ?");
    const auto found = query.text(digest).row();
    if (!found) return found.error();
    return *found ? std::optional(query.text_at(0)) : std::nullopt;
  };
  read_aside(std::move(done), std::move(work));
}

}  // namespace belay::storage
