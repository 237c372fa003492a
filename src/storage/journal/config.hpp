// Settings of the embedded journal. ops declares their names and bounds and fills this.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay::storage {

// What a commit that was reported done survives. The numbers stand in segment headers.
enum class Durability : std::uint8_t {
  memory = 0,   // nothing: there are no files
  process = 1,  // the death of the process
  disk = 2      // the loss of power as well
};

struct JournalConfig {
  Durability durability = Durability::process;

  // What the segments of all loops take together. Each loop has its share of it: before that is used up, the
  // events of the runs that hold its oldest segments are moved to the store. Should the store not keep up, no
  // new run is taken beyond it. 16 MiB … 1 TiB.
  ByteCount max_size = 512_MiB;

  // A segment file that has reached this size is closed and a new one begun; smaller where a loop's share of
  // max_size asks for it. 64 KiB … 4 GiB.
  ByteCount segment_size = 64_MiB;

  // Closed segments that a loop may keep before the runs that hold the oldest are asked to move; fewer where
  // a loop's share of max_size asks for it. 1 … 1000.
  std::size_t most_closed_segments = 4;

  // How many loops share max_size: no setting, but what the app knows. 1 … 64.
  std::size_t loops = 1;

  // Free space below which no new run is taken, so that running ones can finish. 0 … 1 TiB.
  ByteCount disk_reserve = 64_MiB;

  // How long an answer about free space is believed. 10 ms … 1 min.
  Milliseconds room_check_interval{200};

  // After a write failed for want of space: how long until free space is looked at again, unless a commit
  // succeeds earlier. 100 ms … 10 min.
  Milliseconds full_probe_interval{5'000};
};

}  // namespace belay::storage
