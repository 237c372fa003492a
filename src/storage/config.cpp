#include "storage/config.hpp"

#include "base/settings/settings.hpp"
#include "storage/memory/config.hpp"

namespace belay::storage {

using namespace std::chrono_literals;

void declare(Settings& settings, JournalConfig& config) {
  settings.section("journal", "The embedded log of running answers, in the data directory.");
  settings.choice<Durability>(
      "durability", config.durability,
      {{"memory", Durability::memory}, {"process", Durability::process}, {"disk", Durability::disk}},
      "What an event survives after a client has seen it. \"memory\": nothing, there are no files. "
      "\"process\": the end of the process. \"disk\": also a power loss, at the price of waiting for the "
      "disk.");
  settings.size("max_size", config.max_size, {16_MiB, 1'048'576_MiB},
                "Total size of the journal's files. Each thread has an equal share. Before a share is used "
                "up, the events of the runs that hold its oldest segments move to the store. If the store is "
                "too slow, no new run is accepted beyond this size (503).");
  settings.size("segment_size", config.segment_size, {64_KiB, 4096_MiB},
                "A segment file of this size is closed and a new one is created. Segments are smaller when a "
                "thread's share of max_size is less than five of them.");
  settings
      .integer("max_closed_segments", config.max_closed_segments, {1, 1000, "segments"},
               "Closed segments that a thread may keep before the events of the runs that hold the oldest "
               "ones move to the store. Fewer when the thread's share of max_size requires it.")
      .renamed_from("most_closed_segments");
  settings.size("disk_reserve", config.disk_reserve, {0_B, 1048576_MiB},
                "Free space below which no new run is accepted (503), so that running ones can finish.");
  settings.duration("room_check_interval", config.room_check_interval, {10ms, 1min},
                    "How long a measurement of the free space stays valid.");
  settings.duration(
      "full_probe_interval", config.full_probe_interval, {100ms, 10min},
      "After a write failed because the disk is full: how long until the free space is measured again.");
}

void declare(Settings& settings, SqliteConfig& config) {
  using Synchronous = SqliteConfig::Synchronous;
  settings.section("store", "The embedded store (SQLite): messages, the ledger, finished answers.");
  settings.choice<Synchronous>("synchronous", config.synchronous,
                               {{"normal", Synchronous::normal}, {"full", Synchronous::full}},
                               "\"normal\" survives the end of the process. With journal.durability \"disk\" "
                               "it survives a power loss too: the store is synced before the journal removes "
                               "anything. \"full\" waits for the disk at every commit.");
  settings.integer("queue_limit", config.queue_limit, {1, 1'000'000, "operations"},
                   "Operations that may wait. Further ones are refused as unavailable.");
  settings.size("queue_bytes", config.queue_bytes, {1_MiB, 65536_MiB}, "Bytes that may wait.");
  settings.integer("group_limit", config.group_limit, {1, 10'000, "operations"},
                   "Maximum number of operations in one transaction.");
  settings.size("group_bytes", config.group_bytes, {64_KiB, 1024_MiB},
                "A transaction of this size accepts no more operations.");
  settings.size("cache", config.cache, {256_KiB, 1024_MiB}, "Page cache of each of the two connections.");
  settings.size("checkpoint_after", config.checkpoint_after, {64_KiB, 1024_MiB},
                "Beyond this size the write-ahead log is written back to the database file.");
  settings.size("wal_kept", config.wal_kept, {1_MiB, 65536_MiB},
                "Beyond this size the write-ahead log's file is shortened after a burst of writes.");
  settings
      .size("max_file_size", config.max_file_size, {0_B, 1'073'741'824_MiB},
            "Maximum size of the database file. Writes that need more fail as on a full disk. 0B: limited "
            "only by the disk.")
      .renamed_from("most_file_size");
  settings.duration("busy_timeout", config.busy_timeout, {0ms, 60s},
                    "How long to wait for another process that holds the database (a backup).");
  settings.duration(
      "max_stall", config.max_stall, {100ms, 60s},
      "A transaction or a read that takes longer stalls the store (the disk does not answer, or another "
      "process holds the database). Requests that wait for it are answered with 503.");
  settings.size("whole_answer", config.whole_answer, {4_KiB, 64_MiB},
                "An answer longer than this is written to its message piece by piece instead of as a whole "
                "from memory.");
  settings.integer("sweep_rows", config.sweep_rows, {1, 10'000, "rows"},
                   "One step of a sweep deletes at most this number of rows of a kind ...");
  settings.size("sweep_bytes", config.sweep_bytes, {64_KiB, 1024_MiB},
                "... and starts no further run after this number of bytes.");
  settings.duration("ledger_kept", config.ledger_kept, {24h, 87600h},
                    "How long the ledger is kept (who used what). Longer than the longest window that limits "
                    "count (a calendar month).");
  settings.duration(
      "messages_kept", config.messages_kept, {0s, 876000h},
      "A conversation that has not changed for this time is deleted with all its messages. 0: never.");
}

void declare(Settings& settings, MemoryCountersConfig& counters) {
  settings.continue_section("limits");
  settings
      .integer("max_keys", counters.max_keys, {1, 100'000'000, "keys"},
               "Limits of users that are counted in memory at once. Beyond it idle ones are forgotten first, "
               "then new ones are refused.")
      .renamed_from("most_keys");
  settings.integer("max_waiters_per_key", counters.max_waiters_per_key, {1, 1'000'000, "requests"},
                   "Requests that wait for another one with the same Idempotency-Key. Beyond: 503.");
  settings.duration("full_sweep_every", counters.full_sweep_every, {10ms, 1h},
                    "At that number, all keys are searched for idle ones at most this often.");
  settings.integer("sweep_keys", counters.sweep_keys, {1, 1000, "keys"},
                   "Keys that each request checks in passing, to forget idle ones.");
  settings.duration("clock_skew", counters.clock_skew, {0ms, 1h},
                    "The clock may be set back by this much without losing counts of a window. A larger step "
                    "counts as setting the clock to a new time.");
}

}  // namespace belay::storage
