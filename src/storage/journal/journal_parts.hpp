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
#include "storage/journal/disk_syncer.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/room.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/journal/segment_ledger.hpp"
#include "storage/journal/segment_remover.hpp"

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
  std::atomic<std::int64_t> size{0};               // bytes that those of this process take on the disk
};

// What a loop may have, so that all of them together stay below JournalConfig::max_size. Its share is five
// segments: one is written to, two are closed, the events of one are being moved, and one is to spare.
struct LoopShare {
  static constexpr std::uint64_t kSegments = 5;
  static constexpr ByteCount kLeastSegment = 64_KiB;
  static constexpr ByteCount kStep = 1_MiB;

  explicit LoopShare(const JournalConfig& config) {
    const std::uint64_t share = config.max_size.value / std::max<std::size_t>(config.loops, 1);
    segment = std::min(config.segment_size, std::max(ByteCount{share / kSegments}, kLeastSegment));
    const std::uint64_t fit = share / std::max<std::uint64_t>(segment.value, 1);
    closed = std::min<std::size_t>(config.most_closed_segments, fit > 4 ? fit - 3 : 1);
    step = std::min(segment, kStep);
  }

  ByteCount segment;   // a segment that has reached this is closed
  std::size_t closed;  // kept before the runs that hold the oldest are asked to move
  ByteCount step;      // of preallocation
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
        room(config, directory, files, clock, stats.size) {}

  // Any thread. What nobody needs is removed, in order, on the remover's thread.
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
  std::array<std::uint64_t, SegmentLedger::kMostLoops> next_sequence{};  // each its own loop's
  JournalStats stats;
  SegmentLedger ledger;
  Room room;
  // How writing goes, loop by loop; any thread may look.
  struct Writing {
    std::atomic<std::int64_t> syncing_since{0};  // on the steady clock; 0: no commit waits for the disk
    std::atomic<bool> fails{false};              // the last commit did, for another reason than a full disk
  };
  std::array<Writing, SegmentLedger::kMostLoops> writing;
  std::mutex failure_mutex;
  Error failure;  // the newest one
  SteadyTime failed_at;

  std::unique_ptr<DiskSyncer> syncer;       // with `disk` durability
  std::unique_ptr<SegmentRemover> remover;  // set by Journal::open(); goes first
};

}  // namespace belay::storage
