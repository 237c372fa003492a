// Settings of the embedded journal. ops declares their names and bounds and fills this.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay::storage {

// What a commit survives once it was reported as done. The numbers are stored in segment headers.
enum class Durability : std::uint8_t {
  memory = 0,   // nothing: there are no files
  process = 1,  // the death of the process
  disk = 2      // also a loss of power
};

struct JournalConfig {
  Durability durability = Durability::process;

  // The maximum size of the segments of all loops together. Each loop gets an equal share. Before a share is
  // used up, the events of the runs that hold the loop's oldest segments are moved to the store. If the store
  // is too slow and the maximum is exceeded, no new run is accepted. 16 MiB … 1 TiB.
  ByteCount max_size = 512_MiB;

  // A segment file that has reached this size is closed, and a new one is created. Segments are smaller where
  // a loop's share of max_size requires it. 64 KiB … 4 GiB.
  ByteCount segment_size = 64_MiB;

  // The maximum number of closed segments that a loop keeps. Beyond it, the runs that hold the oldest are
  // asked to move their events to the store. The number is lower where a loop's share of max_size requires
  // it. 1 … 1000.
  std::size_t max_closed_segments = 4;

  // How many loops share max_size. Not a setting: the app sets it. 1 … 64.
  std::size_t loops = 1;

  // When less disk space than this is free, no new run is accepted, so that running ones can finish. 0 … 1
  // TiB.
  ByteCount disk_reserve = 64_MiB;

  // How long a measurement of free space is considered valid. 10 ms … 1 min.
  Milliseconds room_check_interval{200};

  // After a write failed for lack of space: how long until free space is measured again. A successful commit
  // ends this wait. 100 ms … 10 min.
  Milliseconds full_probe_interval{5'000};
};

}  // namespace belay::storage
