#include "storage/sqlite/schema.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "storage/sqlite/goal_schema.hpp"

namespace belay::storage {
namespace {

// Marks a file as Belay's: "Blay". PRAGMA accepts no parameters and no expressions.
constexpr std::int64_t kApplicationId = 1114399097;
constexpr const char* kSetApplicationId = "PRAGMA application_id = 1114399097";

// Times are milliseconds since 1970. Names and keys are TEXT, even if they contain a NUL or invalid UTF-8:
// SQLite compares and stores their bytes. The content of messages is BLOB because it is written in pieces;
// read it with CAST(content AS TEXT).
constexpr const char* kFirst = R"sql(
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  user TEXT NOT NULL,
  surface TEXT NOT NULL,
  mode TEXT NOT NULL,
  conversation TEXT NOT NULL,        -- the client's id; empty: stateless
  model TEXT NOT NULL,
  state INTEGER NOT NULL,            -- RunState
  code TEXT NOT NULL,                -- ErrorCode by name
  epochs TEXT NOT NULL,              -- "EPOCH:FIRST EPOCH:FIRST"
  last INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  tokens_estimated INTEGER NOT NULL,
  text_from INTEGER NOT NULL,
  text_bytes INTEGER NOT NULL,
  idempotency_key TEXT,
  body_digest TEXT NOT NULL,
  created INTEGER NOT NULL,
  finished INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  expired INTEGER NOT NULL,
  event_bytes INTEGER NOT NULL       -- of its rows in run_events; 0: swept
) STRICT;
CREATE INDEX runs_by_key ON runs (user, surface, idempotency_key, id) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_with_events ON runs (finished) WHERE event_bytes > 0;
CREATE INDEX runs_by_end ON runs (finished);

-- One row for all: what the events of finished runs take, so that a sweep need not add them up.
CREATE TABLE totals (id INTEGER PRIMARY KEY CHECK (id = 1), event_bytes INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES (1, 0);

-- A run's ranges stand without a gap from offset 1. The bytes come last, so that the others are read
-- without them.
CREATE TABLE run_events (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  base_time INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (run_id, first)
) STRICT;

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL,
  surface TEXT NOT NULL,
  name TEXT NOT NULL,                -- the client's id
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  UNIQUE (user, surface, name)
) STRICT;

-- In order: by the run's time, runs of the same millisecond as they came (turn), the user before the
-- assistant (role).
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  run_id TEXT NOT NULL,
  run_time INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  role INTEGER NOT NULL,             -- Role
  state TEXT NOT NULL,
  model TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  tokens_estimated INTEGER NOT NULL,
  created INTEGER NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (run_id, role)
) STRICT;
CREATE INDEX messages_in_order ON messages (conversation, run_time, turn, role);

CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  user TEXT NOT NULL,
  surface TEXT NOT NULL,
  mode TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_by_time ON ledger (created);
)sql";

// Adds conversations that can be listed and changed; the token count and cost of each message; sessions;
// users; cached answers. `messages` is created again, so that its content stays the last column: to read a
// column after a long content, SQLite must read through the whole content.
constexpr const char* kSecond = R"sql(
ALTER TABLE runs ADD COLUMN project TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN task TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN kind INTEGER NOT NULL DEFAULT 1;     -- MessageKind
ALTER TABLE runs ADD COLUMN source INTEGER NOT NULL DEFAULT 1;   -- AnswerSource
ALTER TABLE runs ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;     -- NanoDollars

ALTER TABLE conversations ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN persona TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN project TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN task TEXT NOT NULL DEFAULT '';
CREATE INDEX conversations_by_change ON conversations (user, surface, updated, id);

CREATE TABLE new_messages (
  id INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  run_id TEXT NOT NULL,
  run_time INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  role INTEGER NOT NULL,             -- Role
  kind INTEGER NOT NULL,             -- MessageKind
  state TEXT NOT NULL,
  model TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  tokens_estimated INTEGER NOT NULL,
  tokens INTEGER NOT NULL,           -- of the content, in a prompt
  cost INTEGER NOT NULL,             -- NanoDollars
  source INTEGER NOT NULL,           -- AnswerSource
  reaction INTEGER NOT NULL,         -- Reaction
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  created INTEGER NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (run_id, role)
) STRICT;
INSERT INTO new_messages SELECT id, conversation, run_id, run_time, turn, role, 1, state, model, input_tokens,
  output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, (length(content) + 1) / 2, 0, 1, 0, '', '',
  created, content FROM messages;
DROP TABLE messages;
ALTER TABLE new_messages RENAME TO messages;
CREATE INDEX messages_in_order ON messages (conversation, run_time, turn, role);
CREATE INDEX messages_of_project ON messages (project, run_time, turn, role) WHERE project <> '';
CREATE INDEX messages_of_task ON messages (task, run_time, turn, role) WHERE task <> '';

ALTER TABLE ledger ADD COLUMN conversation TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN source INTEGER NOT NULL DEFAULT 1;
ALTER TABLE ledger ADD COLUMN input_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN output_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN reasoning_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN tokens_estimated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ledger_of_user ON ledger (user, surface, created);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,         -- what clients call it
  user TEXT NOT NULL,
  surface TEXT NOT NULL,
  conversation TEXT NOT NULL,
  model TEXT NOT NULL,
  persona TEXT NOT NULL,
  project TEXT NOT NULL,
  task TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  runs TEXT NOT NULL                 -- run ids in order, a space between two
) STRICT;
CREATE INDEX sessions_by_end ON sessions (expires);
CREATE INDEX sessions_of_user ON sessions (user, surface);

CREATE TABLE users (
  name TEXT PRIMARY KEY,
  tier TEXT NOT NULL,
  changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cached_answers (
  key TEXT PRIMARY KEY,
  expires INTEGER NOT NULL,
  finish INTEGER NOT NULL,           -- FinishReason
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  tokens_estimated INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE INDEX cached_answers_by_end ON cached_answers (expires, bytes);
)sql";

// Adds an index of messages by project and by task, for each user. Reading them visits no row of another
// user, so the time it takes reveals neither the number nor the names of other users' messages. It is a table
// and not an index, because a message's user is stored in its conversation; triggers update it. Label 1 is a
// project, 2 a task.
constexpr const char* kThird = R"sql(
DROP INDEX messages_of_project;
DROP INDEX messages_of_task;
CREATE TABLE labelled_messages (
  user TEXT NOT NULL,
  surface TEXT NOT NULL,
  label INTEGER NOT NULL,
  name TEXT NOT NULL,
  run_time INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  role INTEGER NOT NULL,
  message INTEGER NOT NULL,          -- messages.id
  PRIMARY KEY (user, surface, label, name, run_time, turn, role, message)
) STRICT, WITHOUT ROWID;
INSERT INTO labelled_messages SELECT c.user, c.surface, 1, m.project, m.run_time, m.turn, m.role, m.id
  FROM messages m JOIN conversations c ON m.conversation = c.id WHERE m.project <> '';
INSERT INTO labelled_messages SELECT c.user, c.surface, 2, m.task, m.run_time, m.turn, m.role, m.id
  FROM messages m JOIN conversations c ON m.conversation = c.id WHERE m.task <> '';
CREATE TRIGGER messages_are_labelled AFTER INSERT ON messages WHEN new.project <> '' OR new.task <> '' BEGIN
  INSERT INTO labelled_messages SELECT user, surface, 1, new.project, new.run_time, new.turn, new.role, new.id
    FROM conversations WHERE id = new.conversation AND new.project <> '';
  INSERT INTO labelled_messages SELECT user, surface, 2, new.task, new.run_time, new.turn, new.role, new.id
    FROM conversations WHERE id = new.conversation AND new.task <> '';
END;
CREATE TRIGGER messages_lose_labels AFTER DELETE ON messages WHEN old.project <> '' OR old.task <> '' BEGIN
  DELETE FROM labelled_messages WHERE (user, surface) =
    (SELECT user, surface FROM conversations WHERE id = old.conversation)
    AND label = 1 AND name = old.project AND run_time = old.run_time AND turn = old.turn AND role = old.role
    AND message = old.id;
  DELETE FROM labelled_messages WHERE (user, surface) =
    (SELECT user, surface FROM conversations WHERE id = old.conversation)
    AND label = 2 AND name = old.task AND run_time = old.run_time AND turn = old.turn AND role = old.role
    AND message = old.id;
END;
)sql";

// Adds how the provider ended an answer. Answers stored before are treated as complete. The column comes
// after the content: whoever reads a message reads its content too.
constexpr const char* kFourth = R"sql(
ALTER TABLE messages ADD COLUMN finish INTEGER NOT NULL DEFAULT 0;   -- FinishReason; 0: none
UPDATE messages SET finish = 1 WHERE role = 2 AND state = 'complete';
)sql";

// Adds the tree of a conversation: a turn for each run, with the run whose answer it follows and the run whose question
// it answers. Existing messages become one branch, in their order. Adds what goes beside a message's content, and what
// is to be removed.
constexpr const char* kTurns = R"sql(
CREATE TABLE turns (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  parent TEXT NOT NULL,              -- run whose answer it follows; empty: none
  question TEXT NOT NULL,            -- run whose question it answers; empty: it continues its parent's answer
  share_key TEXT NOT NULL,           -- of the run, for the cache of answers
  shows_question INTEGER NOT NULL,   -- whether they are on the chosen branch
  shows_answer INTEGER NOT NULL
) STRICT;
INSERT INTO turns (run_id, conversation, parent, question, share_key, shows_question, shows_answer)
  SELECT run_id, conversation, coalesce(lag(run_id) OVER (PARTITION BY conversation ORDER BY time, turn), ''),
    run_id, '', 1, 1
  FROM (SELECT run_id, conversation, min(run_time) AS time, min(turn) AS turn FROM messages
    GROUP BY run_id, conversation) ORDER BY time, turn;
CREATE INDEX turns_of_conversation ON turns (conversation, id);
CREATE INDEX turns_of_parent ON turns (conversation, parent, id);
CREATE INDEX turns_of_question ON turns (conversation, question, id);

ALTER TABLE conversations ADD COLUMN tip TEXT NOT NULL DEFAULT '';         -- last run of the chosen branch
ALTER TABLE conversations ADD COLUMN titled_by INTEGER NOT NULL DEFAULT 0; -- TitleSource
ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
UPDATE conversations SET tip = coalesce((SELECT run_id FROM messages WHERE conversation = conversations.id
  ORDER BY run_time DESC, turn DESC LIMIT 1), '');
DROP INDEX conversations_by_change;
CREATE INDEX conversations_by_change ON conversations (user, surface, archived, updated, id);

-- What an answer has beside its content, if it has any.
CREATE TABLE message_parts (
  message INTEGER PRIMARY KEY,       -- messages.id
  tool_calls BLOB NOT NULL,          -- fields (core/types/codec.hpp): 1, the payload of a `tool_call` event
  reasoning BLOB NOT NULL
) STRICT;
CREATE TRIGGER messages_lose_parts AFTER DELETE ON messages BEGIN
  DELETE FROM message_parts WHERE message = old.id;
END;

-- A run that was removed: nothing of it may be stored again.
ALTER TABLE runs ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_of_user ON runs (user, id) WHERE user <> '';
CREATE INDEX sessions_of_conversation ON sessions (user, surface, conversation);
CREATE TABLE erasures (
  id INTEGER PRIMARY KEY,
  what INTEGER NOT NULL,             -- Erasure::What
  user TEXT NOT NULL,
  surface TEXT NOT NULL,
  conversation TEXT NOT NULL,
  through INTEGER NOT NULL
) STRICT;
)sql";

// Adds what operators see and change: users with a phase and when they were seen, the audit log, revocations. A user
// exists from the first row in the ledger on; a name that begins with a space is a caller's who was not signed in.
constexpr const char* kOperators = R"sql(
ALTER TABLE users ADD COLUMN phase TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN first_seen INTEGER NOT NULL DEFAULT 0;   -- of an answer; 0: never
ALTER TABLE users ADD COLUMN last_seen INTEGER NOT NULL DEFAULT 0;
INSERT INTO users (name, tier, changed, first_seen, last_seen)
  SELECT user, '', 0, min(created), max(created) FROM ledger WHERE substr(user, 1, 1) <> ' ' GROUP BY user
  ON CONFLICT (name) DO UPDATE SET first_seen = excluded.first_seen, last_seen = excluded.last_seen;

CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  who TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  details TEXT NOT NULL              -- JSON
) STRICT;
CREATE INDEX audit_of_target ON audit_log (target, id);
CREATE INDEX audit_of_action ON audit_log (action, id);

CREATE TABLE revocations (
  kind INTEGER NOT NULL,             -- RevocationKey::Kind
  name TEXT NOT NULL,
  since INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  reason TEXT NOT NULL,
  revoked_by TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX revocations_by_end ON revocations (expires);
)sql";

// Adds the search index (sqlite/search_index.hpp). What is older than it is indexed in steps while the server runs.
constexpr const char* kSearch = R"sql(
CREATE TABLE search_collections (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL,
  surface TEXT NOT NULL,
  kind INTEGER NOT NULL,                          -- SearchKind
  fresh_documents INTEGER NOT NULL DEFAULT 0,     -- not in a block yet
  fresh_bytes INTEGER NOT NULL DEFAULT 0,         -- of their lists
  UNIQUE (user, surface, kind)
) STRICT;
CREATE TABLE search_documents (
  document INTEGER PRIMARY KEY,                   -- 2 * messages.id, or 2 * conversations.id + 1
  collection INTEGER NOT NULL REFERENCES search_collections (id),
  block INTEGER NOT NULL,                         -- 0: fresh
  terms BLOB NOT NULL
) STRICT;
CREATE INDEX search_fresh ON search_documents (collection, document) WHERE block = 0;
CREATE TABLE search_blocks (
  collection INTEGER NOT NULL,
  block INTEGER NOT NULL,
  documents INTEGER NOT NULL,
  PRIMARY KEY (collection, block)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_terms (
  collection INTEGER NOT NULL,
  block INTEGER NOT NULL,
  term TEXT NOT NULL,
  documents BLOB NOT NULL,                        -- with this term, and how often it is in them
  PRIMARY KEY (collection, block, term)
) STRICT, WITHOUT ROWID;
-- One row: how far the older messages and titles are indexed.
CREATE TABLE search_progress (
  message INTEGER NOT NULL,
  last_message INTEGER NOT NULL,
  conversation INTEGER NOT NULL,
  last_conversation INTEGER NOT NULL
) STRICT;
INSERT INTO search_progress SELECT 0, coalesce((SELECT max(id) FROM messages), 0), 0,
  coalesce((SELECT max(id) FROM conversations), 0);
)sql";

// The runs of a session become rows: a run is found by its id, and one that did not begin is removed although a later one
// exists.
constexpr const char* kSessionRuns = R"sql(
CREATE TABLE session_runs (
  session INTEGER NOT NULL,          -- sessions.id
  turn INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  PRIMARY KEY (session, turn)
) STRICT, WITHOUT ROWID;
WITH RECURSIVE each (session, turn, run_id, more) AS (
  SELECT id, 0, substr(runs, 1, 56), substr(runs, 58) FROM sessions WHERE runs <> ''
  UNION ALL SELECT session, turn + 1, substr(more, 1, 56), substr(more, 58) FROM each WHERE more <> '')
INSERT INTO session_runs SELECT session, turn, run_id FROM each;
CREATE INDEX session_of_run ON session_runs (run_id);
CREATE TRIGGER sessions_lose_runs AFTER DELETE ON sessions BEGIN
  DELETE FROM session_runs WHERE session = old.id;
END;
ALTER TABLE sessions DROP COLUMN runs;
)sql";

// The bytes of all cached answers, so that a sweep need not add them up.
constexpr const char* kAnswerBytes = R"sql(
ALTER TABLE totals ADD COLUMN answer_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE totals SET answer_bytes = (SELECT coalesce(sum(bytes), 0) FROM cached_answers);
CREATE TRIGGER cached_answers_come AFTER INSERT ON cached_answers BEGIN
  UPDATE totals SET answer_bytes = answer_bytes + new.bytes WHERE id = 1;
END;
CREATE TRIGGER cached_answers_change AFTER UPDATE OF bytes ON cached_answers BEGIN
  UPDATE totals SET answer_bytes = answer_bytes - old.bytes + new.bytes WHERE id = 1;
END;
CREATE TRIGGER cached_answers_go AFTER DELETE ON cached_answers BEGIN
  UPDATE totals SET answer_bytes = answer_bytes - old.bytes WHERE id = 1;
END;
)sql";

// Channels (core/types/channel.hpp). A channel's ranges stand without a gap, from `first` to `last`. And whether a run
// counts against quotas.
constexpr const char* kChannels = R"sql(
CREATE TABLE channels (
  id INTEGER PRIMARY KEY,
  log TEXT NOT NULL UNIQUE,
  user TEXT NOT NULL,
  surface TEXT NOT NULL,
  created INTEGER NOT NULL,
  epochs TEXT NOT NULL,              -- as in runs
  first INTEGER NOT NULL,
  last INTEGER NOT NULL
) STRICT;
CREATE INDEX channels_of_user ON channels (user);
CREATE TABLE channel_events (
  channel INTEGER NOT NULL,          -- channels.id
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  base_time INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (channel, first)
) STRICT;
CREATE INDEX channel_events_by_time ON channel_events (base_time);
CREATE TRIGGER channels_lose_events AFTER DELETE ON channels BEGIN
  DELETE FROM channel_events WHERE channel = old.id;
END;
-- One row for all: the epoch that every channel has at least.
CREATE TABLE channel_epoch (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL) STRICT;
INSERT INTO channel_epoch VALUES (1, 0);
ALTER TABLE ledger ADD COLUMN counts_against_quotas INTEGER NOT NULL DEFAULT 1;
)sql";

// Adds uploads. What is encrypted is BLOB; `sealing_key` is the id of the key.
constexpr const char* kUploads = R"sql(
CREATE TABLE uploads (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL,
  name TEXT NOT NULL,                -- the id that clients see
  created INTEGER NOT NULL,
  size INTEGER NOT NULL,             -- of everything encrypted
  sealing_key TEXT NOT NULL,
  label BLOB NOT NULL,
  derived BLOB NOT NULL,
  UNIQUE (user, name)
) STRICT;
CREATE INDEX uploads_of_user ON uploads (user, created, name);
CREATE INDEX uploads_by_key ON uploads (sealing_key);
CREATE INDEX uploads_by_time ON uploads (created);
CREATE TABLE upload_pieces (
  id INTEGER PRIMARY KEY,
  upload INTEGER NOT NULL,           -- uploads.id
  piece INTEGER NOT NULL,            -- from 0
  bytes BLOB NOT NULL,
  UNIQUE (upload, piece)
) STRICT;
CREATE TRIGGER uploads_lose_pieces AFTER DELETE ON uploads BEGIN
  DELETE FROM upload_pieces WHERE upload = old.id;
END;
-- At most one row: the key that everything is being encrypted with.
CREATE TABLE upload_rotation (id INTEGER PRIMARY KEY CHECK (id = 1), sealing_key TEXT NOT NULL) STRICT;
)sql";

// Adds the contexts of climbers. The id is the revision, and is never used again.
constexpr const char* kContexts = R"sql(
CREATE TABLE contexts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user TEXT NOT NULL UNIQUE,
  changed INTEGER NOT NULL,
  document TEXT NOT NULL             -- JSON
) STRICT;
)sql";

constexpr const char* kMigrations[] = {kFirst,     kSecond,   kThird,       kFourth,        kTurns,
                                       kOperators, kSearch,   kSessionRuns, kAnswerBytes,   kChannels,
                                       kUploads,   kContexts, kGoalTables,  kErasedChannels};

Result<> apply(Database& database, std::span<const char* const> steps) {
  const auto owner = database.number("PRAGMA application_id");
  if (!owner) return owner.error();
  const auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*owner != 0 && *owner != kApplicationId)
    return make_error(
        ErrorCode::conflict,
        "The database file belongs to another program. Give Belay a data directory of its own.");
  const auto known = static_cast<std::int64_t>(steps.size());
  if (*version > known)
    return make_error(
        ErrorCode::conflict,
        fmt::format(
            "The database was written by a newer Belay (version {} of its tables; this one knows {}). "
            "Start that version, or put back a backup from before the upgrade.",
            *version, known));
  if (*version == known) return {};
  if (auto done = database.execute(kSetApplicationId); !done) return done;
  for (const char* step : steps.subspan(static_cast<std::size_t>(*version)))
    if (auto done = database.execute(step); !done) return done;
  return database.execute(fmt::format("PRAGMA user_version = {}", known).c_str());
}

}  // namespace

std::span<const char* const> migrations() {
  return kMigrations;
}

Result<> migrate(Database& database, std::span<const char* const> steps) {
  if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
  auto applied = apply(database, steps);
  if (applied) applied = database.execute("COMMIT");
  if (!applied && database.in_transaction()) (void)database.execute("ROLLBACK");
  return applied;
}

}  // namespace belay::storage
