// What a journal and its writers share. Owned by the Journal, which outlives its writers.
#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "storage/journal/config.hpp"
#include "storage/journal/disk_syncer.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/room.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/journal/segment_ledger.hpp"

namespace belay::storage {

// For metrics; counted since the start of the process.
struct JournalStats {
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> commit_failures{0};
  std::atomic<std::uint64_t> roll_failures{0};     // a new segment was due and could not be made
  std::atomic<std::uint64_t> removal_failures{0};  // a segment that is no longer needed could not be removed
  std::atomic<std::uint64_t> torn_tails{0};        // found by replay
  std::atomic<std::int64_t> segments{0};           // files that exist now
};

struct JournalParts {
  JournalParts(const JournalConfig& settings, const std::filesystem::path& where, FileSystem& file_system,
               const Clock& time, const BootId& boot_id)
      : config(settings),
        directory(where),
        files(file_system),
        clock(time),
        boot(boot_id),
        room(config, directory, files, clock) {}

  // Any thread. Removes what nobody needs, in order; may take a few milliseconds a file.
  void remove_unneeded();

  const JournalConfig config;
  const std::filesystem::path directory;
  FileSystem& files;
  const Clock& clock;
  const BootId boot;
  std::uint64_t generation = 1;
  std::array<std::uint64_t, SegmentLedger::kMostLoops> next_sequence{};  // each its own loop's
  JournalStats stats;
  SegmentLedger ledger;
  Room room;
  std::unique_ptr<DiskSyncer> syncer;  // with `disk` durability

 private:
  std::mutex removal_;  // files go in the ledger's order, whoever removes them
};

}  // namespace belay::storage
