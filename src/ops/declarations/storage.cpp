#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_journal(Settings& settings, storage::JournalConfig& config) {
  using storage::Durability;
  settings.section("journal", "The embedded log of running answers, in the data directory.");
  settings.choice<Durability>(
      "durability", config.durability,
      {{"memory", Durability::memory}, {"process", Durability::process}, {"disk", Durability::disk}},
      "What an event that a client has seen survives. \"memory\": nothing, there are no files. \"process\": "
      "the death of the "
      "process. \"disk\": the loss of power as well, at the price of waiting for the disk.");
  settings.size(
      "max_size", config.max_size, {16_MiB, 1'048'576_MiB},
      "What the journal's files take together. Each thread has its share: before it is used up, the "
      "events of the runs that hold its oldest segments move to the store. If the store does not "
      "keep up, no new run is taken beyond it (503).");
  settings.size("segment_size", config.segment_size, {64_KiB, 4096_MiB},
                "A segment file that has reached this size is closed and a new one begun. Smaller where a "
                "thread's share of max_size is less than five of them.");
  settings.integer(
      "most_closed_segments", config.most_closed_segments, {1, 1000, "segments"},
      "Closed segments that a thread may keep before the events of the runs that hold the oldest "
      "move to the store. Fewer where its share of max_size asks for it.");
  settings.size("disk_reserve", config.disk_reserve, {0_B, 1048576_MiB},
                "Free space below which no new run is taken (503), so that running ones can finish.");
  settings.duration("room_check_interval", config.room_check_interval, {10ms, 1min},
                    "How long an answer about free space is believed.");
  settings.duration("full_probe_interval", config.full_probe_interval, {100ms, 10min},
                    "After a write failed for want of space: how long until free space is looked at again.");
}

void declare_store(Settings& settings, storage::SqliteConfig& config) {
  using Synchronous = storage::SqliteConfig::Synchronous;
  settings.section("store",
                   "The embedded store of what is kept: messages, the ledger, finished answers (SQLite).");
  settings.choice<Synchronous>(
      "synchronous", config.synchronous, {{"normal", Synchronous::normal}, {"full", Synchronous::full}},
      "\"normal\" survives the death of the process. With journal.durability \"disk\" it survives the loss "
      "of "
      "power too: the store is synced before the journal lets go of anything. \"full\" waits for the disk at "
      "every commit.");
  settings.integer("queue_limit", config.queue_limit, {1, 1'000'000, "operations"},
                   "Operations that may wait. Beyond it they are refused as unavailable.");
  settings.size("queue_bytes", config.queue_bytes, {1_MiB, 65536_MiB}, "Bytes that may wait.");
  settings.integer("group_limit", config.group_limit, {1, 10'000, "operations"},
                   "Operations in one transaction.");
  settings.size("group_bytes", config.group_bytes, {64_KiB, 1024_MiB},
                "No more operations join a transaction beyond this.");
  settings.size("cache", config.cache, {256_KiB, 1024_MiB}, "Page cache of each of the two connections.");
  settings.size("checkpoint_after", config.checkpoint_after, {64_KiB, 1024_MiB},
                "The write-ahead log is folded back into the file beyond this size.");
  settings.size("wal_kept", config.wal_kept, {1_MiB, 65536_MiB},
                "What a burst may leave of the write-ahead log's file on disk.");
  settings.size("most_file_size", config.most_file_size, {0_B, 1'073'741'824_MiB},
                "The file does not grow beyond this size: what would need more fails as on a full disk. 0B: "
                "as large as the disk "
                "allows.");
  settings.duration("busy_timeout", config.busy_timeout, {0ms, 60s},
                    "How long to wait for another process that holds the database (a backup).");
  settings.duration("max_stall", config.max_stall, {100ms, 60s},
                    "A transaction or a reading that takes longer stalls the store (a disk that does not "
                    "answer, another process that holds the database): requests that wait for it are "
                    "answered 503.");
  settings.size("whole_answer", config.whole_answer, {4_KiB, 64_MiB},
                "A longer answer goes into its message piece by piece, not through memory as a whole.");
  settings.integer("sweep_rows", config.sweep_rows, {1, 10'000, "rows"},
                   "One step of a sweep deletes at most so many rows of a kind ...");
  settings.size("sweep_bytes", config.sweep_bytes, {64_KiB, 1024_MiB},
                "... and begins no more runs after so many bytes.");
  settings.duration("ledger_kept", config.ledger_kept, {24h, 87600h},
                    "How long it is kept who used what; longer than the longest window that limits count (a "
                    "calendar month).");
}

}  // namespace belay::ops
