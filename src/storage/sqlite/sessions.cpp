#include "storage/sqlite/sessions.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace belay::storage {
namespace {

Result<std::int64_t> row_of(Database& database, const std::string& name) {
  Query query(database, "SELECT id FROM sessions WHERE name = ?");
  const auto found = query.text(name).row();
  if (!found) return found.error();
  return *found ? query.number_at(0) : 0;
}

Result<> insert_run(Database& database, std::int64_t session, std::size_t turn, const RunId& run) {
  return Query(database, "INSERT INTO session_runs (session, turn, run_id) VALUES (?, ?, ?)")
      .number(session)
      .number(static_cast<std::uint64_t>(turn))
      .run(run)
      .execute();
}

Result<> read_runs(Database& database, std::int64_t session, std::vector<RunId>& out) {
  Query query(database, "SELECT turn, run_id FROM session_runs WHERE session = ? ORDER BY turn");
  query.number(session);
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return {};
    const auto run = RunId::parse(query.bytes_at(1));
    if (!run)
      return make_error(ErrorCode::internal, "A stored session can not be read: the id of a run is broken.");
    out.resize(static_cast<std::size_t>(query.number_at(0)) + 1);
    out.back() = *run;
  }
}

Error unknown_session() {
  return make_error(ErrorCode::not_found, "There is no such session.", "session");
}

Result<> set_text(Database& database, const char* sql, const SessionKey& key, const std::string& value) {
  return Query(database, sql).text(value).text(key.id).text(key.user).text(key.surface).execute();
}

}  // namespace

Result<> insert_session(Database& database, const Session& session) {
  Query query(
      database,
      "INSERT INTO sessions (name, user, surface, conversation, model, persona, project, task, created, "
      "expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING");
  const auto done = query.text(session.id)
                        .text(session.user)
                        .text(session.surface)
                        .text(session.conversation)
                        .text(session.model)
                        .text(session.persona)
                        .text(session.project)
                        .text(session.task)
                        .time(session.created)
                        .time(session.expires)
                        .execute();
  if (!done) return done;
  if (database.changes() == 0) return make_error(ErrorCode::conflict, "A session has this id already.");
  if (session.runs.empty()) return {};
  const auto row = row_of(database, session.id);
  if (!row) return row.error();
  for (std::size_t turn = 0; turn < session.runs.size(); ++turn)
    if (auto added = insert_run(database, *row, turn, session.runs[turn]); !added) return added;
  return {};
}

Result<std::optional<Session>> read_session(Database& database, const SessionKey& key) {
  Query query(database,
              "SELECT conversation, model, persona, project, task, created, expires, id FROM sessions "
              "WHERE name = ? AND user = ? AND surface = ?");
  const auto found = query.text(key.id).text(key.user).text(key.surface).row();
  if (!found) return found.error();
  if (!*found) return std::optional<Session>();
  Session session{key.id,
                  key.user,
                  key.surface,
                  query.text_at(0),
                  query.text_at(1),
                  query.text_at(2),
                  query.text_at(3),
                  query.text_at(4),
                  query.time_at(5),
                  query.time_at(6),
                  {}};
  if (auto read = read_runs(database, query.number_at(7), session.runs); !read) return read.error();
  return std::optional(std::move(session));
}

Result<std::optional<Session>> read_session_of_run(Database& database, std::string_view user,
                                                   std::string_view surface, const RunId& run) {
  SessionKey key{{}, std::string(user), std::string(surface)};
  {
    Query query(database,
                "SELECT s.name FROM session_runs AS r JOIN sessions AS s ON s.id = r.session "
                "WHERE r.run_id = ? AND s.user = ? AND s.surface = ?");
    const auto found = query.run(run).text(user).text(surface).row();
    if (!found) return found.error();
    if (!*found) return std::optional<Session>();
    key.id = query.text_at(0);
  }
  return read_session(database, key);
}

Result<Session> use_session(Database& database, const SessionUse& use) {
  auto session = read_session(database, use.session);
  if (!session) return session.error();
  if (!*session) return unknown_session();
  if ((*session)->expires <= use.now)
    return make_error(ErrorCode::expired, "This session has ended. Start a new one.", "session");
  const std::vector<RunId>& runs = (*session)->runs;
  if (std::find(runs.begin(), runs.end(), use.run) != runs.end()) return std::move(**session);  // repeated
  if ((*session)->requests() >= use.max_requests) {
    Error refused =
        make_error(ErrorCode::session_used_up,
                   fmt::format("A session has {} requests, and this one has had them. Start a new session.",
                               use.max_requests),
                   "session");
    refused.limit = use.limit;
    return refused;
  }
  const auto row = row_of(database, use.session.id);
  if (!row) return row.error();
  if (const auto added = insert_run(database, *row, (*session)->runs.size(), use.run); !added)
    return added.error();
  (*session)->runs.push_back(use.run);
  return std::move(**session);
}

Result<> release_use(Database& database, const SessionKey& key, const RunId& run) {
  return Query(database,
               "DELETE FROM session_runs WHERE run_id = ? AND session = (SELECT id FROM sessions "
               "WHERE name = ? AND user = ? AND surface = ?)")
      .run(run)
      .text(key.id)
      .text(key.user)
      .text(key.surface)
      .execute();
}

Result<> change_session(Database& database, const SessionKey& key, const SessionChange& change) {
  if (change.model)
    if (auto done =
            set_text(database, "UPDATE sessions SET model = ? WHERE name = ? AND user = ? AND surface = ?",
                     key, *change.model);
        !done)
      return done;
  if (!change.persona) return {};
  return set_text(database, "UPDATE sessions SET persona = ? WHERE name = ? AND user = ? AND surface = ?",
                  key, *change.persona);
}

Result<std::uint64_t> sweep_sessions(Database& database, WallTime now, std::size_t max) {
  const auto done =
      Query(database,
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires <= ? AND "
            "coalesce((SELECT EXISTS (SELECT 1 FROM runs WHERE runs.run_id = session_runs.run_id) "
            "  FROM session_runs WHERE session = sessions.id ORDER BY turn DESC LIMIT 1), 1) "
            "ORDER BY expires LIMIT ?)")
          .time(now)
          .number(static_cast<std::uint64_t>(max))
          .execute();
  if (!done) return done.error();
  return static_cast<std::uint64_t>(database.changes());
}

}  // namespace belay::storage
