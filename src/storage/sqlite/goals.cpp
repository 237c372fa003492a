// Goals in SQLite.
#include <algorithm>
#include <limits>

#include "core/ports/goal_store.hpp"
#include "storage/sqlite/profiles.hpp"
#include "storage/sqlite/store_calls.hpp"

namespace belay::storage {
namespace {

#define BELAY_GOAL_COLUMNS "name, title, description, status, target_date, created, changed"

Goal goal_at(const Query& query) {
  return {query.text_at(0), query.text_at(1), query.text_at(2), static_cast<GoalStatus>(query.number_at(3)),
          query.text_at(4), query.time_at(5), query.time_at(6)};
}

Result<std::optional<Goal>> read_goal(Database& database, std::string_view user, std::string_view id) {
  Query query(database, "SELECT " BELAY_GOAL_COLUMNS " FROM goals WHERE user = ? AND name = ?");
  const auto found = query.text(user).text(id).row();
  if (!found) return found.error();
  return *found ? std::optional(goal_at(query)) : std::nullopt;
}

Result<> insert_goal(Database& database, std::string_view user, const Goal& goal, std::size_t max) {
  {
    Query count(database, "SELECT count(*) FROM goals WHERE user = ?");
    const auto counted = count.text(user).row();
    if (!counted) return counted.error();
    if (count.count_at(0) >= max) return too_many_of("goals", max, kGoalsLimit);
  }
  if (auto done =
          Query(database, "INSERT INTO goals (user, " BELAY_GOAL_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
              .text(user)
              .text(goal.id)
              .text(goal.title)
              .text(goal.description)
              .number(static_cast<int>(goal.status))
              .text(goal.target_date)
              .time(goal.created)
              .time(goal.changed)
              .execute();
      !done)
    return done;
  return start_tracking_if_due(database, user, goal.created);
}

Result<std::optional<Goal>> update_goal(Database& database, std::string_view user, std::string_view id,
                                        const GoalChange& change, WallTime now) {
  auto goal = read_goal(database, user, id);
  if (!goal || !*goal) return goal;
  if (change.title) (*goal)->title = *change.title;
  if (change.description) (*goal)->description = *change.description;
  if (change.status) (*goal)->status = *change.status;
  if (change.target_date) (*goal)->target_date = *change.target_date;
  (*goal)->changed = now;
  const Goal& fresh = **goal;
  if (auto done =
          Query(database,
                "UPDATE goals SET title = ?, description = ?, status = ?, target_date = ?, changed = ? "
                "WHERE user = ? AND name = ?")
              .text(fresh.title)
              .text(fresh.description)
              .number(static_cast<int>(fresh.status))
              .text(fresh.target_date)
              .time(now)
              .text(user)
              .text(id)
              .execute();
      !done)
    return done.error();
  if (auto done = start_tracking_if_due(database, user, now); !done) return done.error();
  return goal;
}

constexpr const char* kAll = "SELECT " BELAY_GOAL_COLUMNS
                             " FROM goals WHERE user = ?1 AND (created, name) < (?2, ?3) "
                             "ORDER BY created DESC, name DESC LIMIT ?4";
constexpr const char* kWithStatus =
    "SELECT " BELAY_GOAL_COLUMNS
    " FROM goals WHERE user = ?1 AND status = ?5 AND (created, name) < (?2, ?3) "
    "ORDER BY created DESC, name DESC LIMIT ?4";
#undef BELAY_GOAL_COLUMNS

Result<GoalPage> read_goals(Database& database, std::string_view user, const GoalQuery& wanted) {
  const std::size_t max = std::max<std::size_t>(wanted.max, 1);
  const ListPlace from = wanted.before.value_or(ListPlace{{std::numeric_limits<std::int64_t>::max()}, {}});
  Query query(database, wanted.status ? kWithStatus : kAll);
  query.text(user).time(from.time).text(from.id).number(static_cast<std::uint64_t>(max) + 1);
  if (wanted.status) query.number(static_cast<int>(*wanted.status));
  GoalPage page;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return page;
    if (page.goals.size() == max) {
      page.next = page.goals.back().place();
      return page;
    }
    page.goals.push_back(goal_at(query));
  }
}

}  // namespace

void SqliteStore::create_goal(std::string user, Goal goal, std::size_t max, Done<> done) {
  const std::size_t bytes = goal.title.size() + goal.description.size();
  auto work = [user = std::move(user), goal = std::move(goal), max](Database& database) {
    return insert_goal(database, user, goal, max);
  };
  write_for_client(std::move(done), std::move(work), bytes);
}

void SqliteStore::change_goal(std::string user, std::string id, GoalChange change, WallTime now,
                              Done<std::optional<Goal>> done) {
  auto work = [user = std::move(user), id = std::move(id), change = std::move(change),
               now](Database& database) { return update_goal(database, user, id, change, now); };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::remove_goal(std::string user, std::string id, Done<bool> done) {
  auto work = [user = std::move(user), id = std::move(id)](Database& database) -> Result<bool> {
    const auto gone =
        Query(database, "DELETE FROM goals WHERE user = ? AND name = ?").text(user).text(id).execute();
    if (!gone) return gone.error();
    return database.changes() != 0;
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::find_goal(std::string user, std::string id, Done<std::optional<Goal>> done) {
  auto work = [user = std::move(user), id = std::move(id)](Database& database) {
    return read_goal(database, user, id);
  };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::list_goals(std::string user, GoalQuery query, Done<GoalPage> done) {
  auto work = [user = std::move(user), query = std::move(query)](Database& database) {
    return read_goals(database, user, query);
  };
  read_aside(std::move(done), std::move(work));
}

}  // namespace belay::storage
