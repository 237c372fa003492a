// Steps of the schema (sqlite/schema.cpp): the tables of goals, meetings and profiles; marks of removed channels.
#pragma once

namespace belay::storage {

// `name` is the id that clients see.
inline constexpr const char* kGoalTables = R"sql(
CREATE TABLE goals (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  status INTEGER NOT NULL,           -- GoalStatus
  target_date TEXT NOT NULL,         -- "2026-12-31"; empty: none
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  UNIQUE (user, name)
) STRICT;
CREATE INDEX goals_of_user ON goals (user, created, name);
CREATE INDEX goals_by_status ON goals (user, status, created, name);
CREATE TABLE meetings (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  start INTEGER NOT NULL,
  duration INTEGER NOT NULL,         -- milliseconds
  status INTEGER NOT NULL,           -- MeetingStatus
  origin TEXT NOT NULL,              -- in an imported calendar; empty: none
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  UNIQUE (user, name)
) STRICT;
CREATE INDEX meetings_of_user ON meetings (user, start, name);
CREATE UNIQUE INDEX meetings_by_origin ON meetings (user, origin) WHERE origin <> '';
CREATE TABLE calendar_feeds (
  user TEXT PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,       -- of the secret address
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE profiles (
  user TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE phase_changes (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL,
  time INTEGER NOT NULL,
  who TEXT NOT NULL,                 -- the operator; empty: by itself
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT;
CREATE INDEX phase_changes_of_user ON phase_changes (user, id);
)sql";

// Which channels were removed, and up to when they were made: what a journal brings later is not stored again. The names
// of their users are gone.
inline constexpr const char* kErasedChannels = R"sql(
CREATE TABLE erased_channels (
  user_digest BLOB NOT NULL,
  surface TEXT NOT NULL,             -- empty: all
  through INTEGER NOT NULL,
  PRIMARY KEY (user_digest, surface)
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_channels_by_time ON erased_channels (through);
)sql";

}  // namespace belay::storage
