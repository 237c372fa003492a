// What a journal and its writers share. Owned by the Journal, which outlives its writers.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "storage/journal/config.hpp"
#include "storage/journal/disk_space.hpp"
#include "storage/journal/disk_syncer.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/journal/segment_ledger.hpp"
#include "storage/journal/segment_remover.hpp"

namespace belay::storage {

// For metrics; counted since the process started.
struct JournalStats {
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> commit_failures{0};
  std::atomic<std::uint64_t> roll_failures{0};     // a new segment was needed and could not be created
  std::atomic<std::uint64_t> removal_failures{0};  // a segment that is no longer needed could not be removed
  std::atomic<std::uint64_t> torn_tails{0};        // found by replay
  std::atomic<std::int64_t> segments{0};           // files that exist now
  std::atomic<std::int64_t> size{0};               // bytes on disk of this process's segments
};

// The limits of one loop, chosen so that all loops together stay below JournalConfig::max_size. A loop's
// share is five segments: one is being written, two are closed, the events of one are being moved, and one is
// spare.
struct LoopShare {
  static constexpr std::uint64_t kSegments = 5;
  static constexpr ByteCount kMinSegment = 64_KiB;
  static constexpr ByteCount kStep = 1_MiB;

  explicit LoopShare(const JournalConfig& config) {
    const std::uint64_t share = config.max_size.value / std::max<std::size_t>(config.loops, 1);
    segment = std::min(config.segment_size, std::max(ByteCount{share / kSegments}, kMinSegment));
    const std::uint64_t fit = share / std::max<std::uint64_t>(segment.value, 1);
    closed = std::min<std::size_t>(config.max_closed_segments, fit > 4 ? fit - 3 : 1);
    step = std::min(segment, kStep);
  }

  ByteCount segment;   // a segment of this size is closed
  std::size_t closed;  // closed segments kept before the runs that hold the oldest are asked to move
  ByteCount step;      // how much is preallocated at a time
};

struct JournalParts {
  JournalParts(const JournalConfig& settings, const std::filesystem::path& where, FileSystem& file_system,
               const Clock& time, const BootId& boot_id)
      : config(settings),
        share(config),
        directory(where),
        files(file_system),
        clock(time),
        boot(boot_id),
        disk_space(config, directory, files, clock, stats.size) {}

  // Any thread. Segments that are no longer needed are removed in order, on the remover's thread.
  void remove_unneeded() {
    if (ledger.has_removable()) remover->wake();
  }

  const JournalConfig config;
  const LoopShare share;
  const std::filesystem::path directory;
  FileSystem& files;
  const Clock& clock;
  const BootId boot;
  std::uint64_t generation = 1;
  std::atomic<std::uint64_t> closes_wanted{0};  // each loop closes its segment once for each
  std::array<std::uint64_t, SegmentLedger::kMaxLoops> next_sequence{};  // each used by its own loop only
  JournalStats stats;
  SegmentLedger ledger;
  DiskSpace disk_space;
  // The state of writing, for each loop. Any thread may read it.
  struct Writing {
    std::atomic<std::int64_t> syncing_since{0};  // on the steady clock; 0: no commit waits for the disk
    std::atomic<bool> fails{false};              // the last commit failed, and not because of a full disk
  };
  std::array<Writing, SegmentLedger::kMaxLoops> writing;
  std::mutex failure_mutex;
  Error failure;  // the latest one
  SteadyTime failed_at;

  std::unique_ptr<DiskSyncer> syncer;       // with `disk` durability
  std::unique_ptr<SegmentRemover> remover;  // set by Journal::open(); destroyed first
};

}  // namespace belay::storage
