#include "storage/sqlite/profiles.hpp"

#include "storage/sqlite/store_calls.hpp"

namespace belay::storage {
namespace {

Result<bool> is_tracking_due(Database& database, std::string_view user, WallTime now) {
  Query query(database,
              "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users WHERE name = ?1 AND phase <> '') "
              "AND EXISTS (SELECT 1 FROM goals WHERE user = ?1 AND status = 1) "
              "AND EXISTS (SELECT 1 FROM meetings WHERE user = ?1 AND status = 1 AND start + duration > ?2)");
  return query.text(user).time(now).row();
}

}  // namespace

Result<Profile> read_profile(Database& database, std::string_view user) {
  Query query(
      database,
      "SELECT coalesce(p.name, ''), coalesce(p.time_zone, ''), coalesce(u.phase, ''), "
      "coalesce(p.changed, 0) FROM (SELECT ?1 AS user) AS of LEFT JOIN profiles p ON p.user = of.user "
      "LEFT JOIN users u ON u.name = of.user");
  const auto found = query.text(user).row();
  if (!found) return found.error();
  return Profile{query.text_at(0), query.text_at(1), query.text_at(2), query.time_at(3)};
}

Result<Profile> write_profile(Database& database, std::string_view user, const ProfileChange& change,
                              WallTime now) {
  auto profile = read_profile(database, user);
  if (!profile) return profile;
  if (change.name) profile->name = *change.name;
  if (change.time_zone) profile->time_zone = *change.time_zone;
  profile->changed = now;
  const auto done =
      Query(database, "REPLACE INTO profiles (user, name, time_zone, changed) VALUES (?, ?, ?, ?)")
          .text(user)
          .text(profile->name)
          .text(profile->time_zone)
          .time(now)
          .execute();
  if (!done) return done.error();
  return profile;
}

Result<std::vector<PhaseChange>> read_phase_changes(Database& database, std::string_view user) {
  Query query(database,
              "SELECT time, who, before, after FROM phase_changes WHERE user = ? ORDER BY id DESC LIMIT ?");
  query.text(user).number(static_cast<std::uint64_t>(kMaxPhaseChanges));
  std::vector<PhaseChange> changes;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return changes;
    changes.push_back({query.time_at(0), query.text_at(1), query.text_at(2), query.text_at(3)});
  }
}

Result<> insert_phase_change(Database& database, std::string_view user, const PhaseChange& change) {
  if (auto done =
          Query(database, "INSERT INTO phase_changes (user, time, who, before, after) VALUES (?, ?, ?, ?, ?)")
              .text(user)
              .time(change.when)
              .text(change.who)
              .text(change.from)
              .text(change.to)
              .execute();
      !done)
    return done;
  return Query(database,
               "DELETE FROM phase_changes WHERE user = ?1 AND id <= (SELECT id FROM phase_changes "
               "WHERE user = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)")
      .text(user)
      .number(static_cast<std::uint64_t>(kMaxPhaseChanges))
      .execute();
}

Result<> start_tracking_if_due(Database& database, std::string_view user, WallTime now) {
  const auto due = is_tracking_due(database, user, now);
  if (!due) return due.error();
  if (!*due) return {};
  if (auto done = Query(database,
                        "INSERT INTO users (name, tier, changed, phase) VALUES (?1, '', ?2, ?3) "
                        "ON CONFLICT (name) DO UPDATE SET changed = ?2, phase = ?3")
                      .text(user)
                      .time(now)
                      .text(kPhaseAfterFirstMeeting)
                      .execute();
      !done)
    return done;
  return insert_phase_change(database, user, {now, {}, {}, std::string(kPhaseAfterFirstMeeting)});
}

Result<> erase_goals_until(Database& database, std::string_view user, WallTime through) {
  for (const char* sql : {"DELETE FROM goals WHERE user = ? AND created <= ?",
                          "DELETE FROM meetings WHERE user = ? AND created <= ?",
                          "DELETE FROM calendar_feeds WHERE user = ? AND created <= ?",
                          "DELETE FROM profiles WHERE user = ? AND changed <= ?",
                          "DELETE FROM phase_changes WHERE user = ? AND time <= ?"})
    if (auto done = Query(database, sql).text(user).time(through).execute(); !done) return done;
  return {};
}

void SqliteStore::find_profile(std::string user, Done<Profile> done) {
  auto work = [user = std::move(user)](Database& database) { return read_profile(database, user); };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::change_profile(std::string user, ProfileChange change, WallTime now, Done<Profile> done) {
  auto work = [user = std::move(user), change = std::move(change), now](Database& database) {
    return write_profile(database, user, change, now);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::phase_changes(std::string user, Done<std::vector<PhaseChange>> done) {
  auto work = [user = std::move(user)](Database& database) { return read_phase_changes(database, user); };
  read_aside(std::move(done), std::move(work));
}

}  // namespace belay::storage
