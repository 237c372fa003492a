#include "storage/sqlite/sessions.hpp"

#include <fmt/format.h>

namespace belay::storage {
namespace {

std::string runs_text(const std::vector<RunId>& runs) {
  std::string out;
  for (const RunId& run : runs) {
    if (!out.empty()) out.push_back(' ');
    out += run.text();
  }
  return out;
}

bool parse_runs(std::string_view text, std::vector<RunId>& out) {
  while (!text.empty()) {
    const auto run = RunId::parse(text.substr(0, RunId::kTextSize));
    if (!run) return false;
    out.push_back(*run);
    text.remove_prefix(std::min(text.size(), RunId::kTextSize + 1));
  }
  return true;
}

Error unknown_session() {
  return make_error(ErrorCode::not_found, "There is no such session.", "session");
}

Result<> write_runs(Database& database, const Session& session) {
  const std::string runs = runs_text(session.runs);
  return Query(database, "UPDATE sessions SET runs = ? WHERE name = ?").text(runs).text(session.id).execute();
}

Result<> set_text(Database& database, const char* sql, const SessionKey& key, const std::string& value) {
  return Query(database, sql).text(value).text(key.id).text(key.user).text(key.surface).execute();
}

}  // namespace

Result<> insert_session(Database& database, const Session& session) {
  const std::string runs = runs_text(session.runs);
  Query query(
      database,
      "INSERT INTO sessions (name, user, surface, conversation, model, persona, project, task, created, "
      "expires, runs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING");
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
                        .text(runs)
                        .execute();
  if (!done) return done;
  if (database.changes() == 0) return make_error(ErrorCode::conflict, "A session has this id already.");
  return {};
}

Result<std::optional<Session>> read_session(Database& database, const SessionKey& key) {
  Query query(database,
              "SELECT conversation, model, persona, project, task, created, expires, runs FROM sessions "
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
  if (!parse_runs(query.bytes_at(7), session.runs))
    return make_error(ErrorCode::internal,
                      "A stored session can not be read: the ids of its runs are broken.");
  return std::optional(std::move(session));
}

Result<std::optional<Session>> read_session_of_run(Database& database, std::string_view user,
                                                   std::string_view surface, const RunId& run) {
  SessionKey key{{}, std::string(user), std::string(surface)};
  {
    Query query(database, "SELECT name FROM sessions WHERE user = ? AND surface = ? AND instr(runs, ?) > 0");
    const auto found = query.text(user).text(surface).run(run).row();
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
  if ((*session)->runs.size() >= use.max_requests) {
    Error refused =
        make_error(ErrorCode::session_used_up,
                   fmt::format("A session has {} requests, and this one has had them. Start a new session.",
                               use.max_requests),
                   "session");
    refused.limit = use.limit;
    return refused;
  }
  (*session)->runs.push_back(use.run);
  if (const auto written = write_runs(database, **session); !written) return written.error();
  return std::move(**session);
}

Result<> release_use(Database& database, const SessionKey& key, const RunId& run) {
  auto session = read_session(database, key);
  if (!session) return session.error();
  if (!*session || (*session)->runs.empty() || (*session)->runs.back() != run) return {};
  (*session)->runs.pop_back();
  return write_runs(database, **session);
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
      Query(
          database,
          "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires <= ?1 AND (runs = '' OR "
          "EXISTS (SELECT 1 FROM runs WHERE run_id = substr(sessions.runs, -?2))) ORDER BY expires LIMIT ?3)")
          .time(now)
          .number(static_cast<std::uint64_t>(RunId::kTextSize))
          .number(static_cast<std::uint64_t>(max))
          .execute();
  if (!done) return done.error();
  return static_cast<std::uint64_t>(database.changes());
}

}  // namespace belay::storage
