// The settings of the embedded store.
#pragma once

#include <cstddef>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay::storage {

struct SqliteConfig {
  // When a transaction is safe. `normal` survives the death of the process; `full` waits for the disk at
  // every commit and also survives a loss of power.
  enum class Synchronous { normal, full };
  Synchronous synchronous = Synchronous::normal;

  // With `normal`: what a client is told and what stands nowhere else (sessions, changes, deletions) is
  // synced before it is told. No setting: the app sets it with the journal's `disk` durability. Runs need no
  // such syncing, as the journal keeps them until sync().
  bool sync_what_is_told = false;

  // Operations that may wait for each of the two threads; beyond it they are refused as `unavailable`.
  // 1 … 1,000,000.
  std::size_t queue_limit = 16'384;
  // Bytes (events, prompts) that may wait. One operation is always taken into an empty queue. From 1 MiB.
  ByteCount queue_bytes = 256_MiB;
  // Operations in one transaction. 1 … 10,000.
  std::size_t group_limit = 256;
  // Bytes in one transaction: no more operations join it beyond. From 64 KiB.
  ByteCount group_bytes = 8_MiB;

  // Page cache of each of the two connections. 256 KiB … 1 GiB.
  ByteCount cache = 2_MiB;
  // The write-ahead log is folded back into the file beyond this size. 64 KiB … 1 GiB.
  ByteCount checkpoint_after = 4_MiB;
  // What a burst may leave of the write-ahead log's file on disk. From 1 MiB.
  ByteCount wal_kept = 64_MiB;
  // The file does not grow beyond this size; what would need more fails as on a full disk.
  // 0: as large as the disk allows.
  ByteCount most_file_size = 0_B;
  // How long to wait for another process that holds the database. 0 … 60 s.
  Milliseconds busy_timeout{5'000};

  // A transaction or a reading that takes longer stalls the store (a disk that does not answer, another
  // process that holds the database): requests that wait for it are answered 503. 100 ms … 60 s.
  Milliseconds max_stall{1'000};

  // An answer beyond this size goes into its message piece by piece, not through memory as a whole.
  // From 4 KiB.
  ByteCount whole_answer = {256 << 10};

  // One step of a sweep deletes at most so many rows of a kind. 1 … 10,000.
  std::size_t sweep_rows = 128;
  // And it begins no further run after so many bytes of events. From 64 KiB.
  ByteCount sweep_bytes = 8_MiB;
  // How long the ledger is kept: longer than the longest window that limits count (a calendar month).
  Milliseconds ledger_kept{std::chrono::hours(24 * 35)};
};

}  // namespace belay::storage
