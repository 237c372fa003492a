// The settings of the embedded store.
#pragma once

#include <cstddef>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::storage {

struct SqliteConfig {
  // When a committed transaction is safe. `normal` survives the death of the process. `full` waits for the
  // disk at every commit and also survives a loss of power.
  enum class Synchronous { normal, full };
  Synchronous synchronous = Synchronous::normal;

  // With `normal`: some writes are confirmed to a client and stored nowhere else (sessions, changes,
  // deletions). If this is true, they are synced to the disk before the client gets the confirmation. Not a
  // setting: the app sets it together with the journal's `disk` durability. Runs do not need this sync,
  // because the journal keeps them until sync().
  bool sync_before_answering = false;

  // How many operations may wait for each of the two threads. Beyond it, they are refused as `unavailable`. 1
  // … 1,000,000.
  std::size_t queue_limit = 16'384;
  // Bytes (events, prompts) that may wait. An empty queue always accepts one operation. From 1 MiB.
  ByteCount queue_bytes = 256_MiB;
  // Maximum number of operations in one transaction.
  std::size_t group_limit = 256;
  // Bytes in one transaction. Beyond it, no more operations join the transaction. From 64 KiB.
  ByteCount group_bytes = 8_MiB;

  // Page cache of each of the two connections.
  ByteCount cache = 2_MiB;
  // When the write-ahead log is larger than this, it is copied back into the database file (checkpoint). 64
  // KiB … 1 GiB.
  ByteCount checkpoint_after = 4_MiB;
  // After a burst, the write-ahead log's file is cut to at most this size. From 1 MiB.
  ByteCount wal_kept = 64_MiB;
  // The maximum size of the database file. A write that needs more fails as on a full disk. 0: as large as
  // the disk allows.
  ByteCount max_file_size = 0_B;
  // How long to wait for another process that holds the database.
  Milliseconds busy_timeout{5'000};

  // A transaction or read that takes longer than this stalls the store. (Causes are a disk that does not
  // answer, or another process that holds the database.) Requests that wait for it are answered 503. 100 ms …
  // 60 s.
  Milliseconds max_stall{1'000};

  // An answer larger than this is written into its message piece by piece, and is never in memory as a whole.
  // From 4 KiB.
  ByteCount whole_answer = {256 << 10};

  // One step of a sweep deletes at most this many rows of each kind.
  std::size_t sweep_rows = 128;
  // After this many bytes of events, a step does not begin another run. From 64 KiB.
  ByteCount sweep_bytes = 8_MiB;
  // How long ledger rows are kept. This must be longer than the longest window of a limit (a calendar month).
  Milliseconds ledger_kept{std::chrono::hours(24 * 35)};
  // A conversation that has not changed for this time is deleted with its messages. 0: never.
  Milliseconds messages_kept{0};
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, SqliteConfig& config);

}  // namespace belay::storage
