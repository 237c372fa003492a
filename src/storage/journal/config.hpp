// The settings of the embedded journal. storage/config.cpp has their names and bounds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

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
  // is too slow and the maximum is exceeded, no new run is accepted.
  ByteCount max_size = 512_MiB;

  // A segment file that has reached this size is closed, and a new one is created. Segments are smaller where
  // a loop's share of max_size requires it.
  ByteCount segment_size = 64_MiB;

  // The maximum number of closed segments that a loop keeps. Beyond it, the runs that hold the oldest are
  // asked to move their events to the store. The number is lower where a loop's share of max_size requires
  // it.
  std::size_t max_closed_segments = 4;

  // How many loops share max_size. Not a setting: the app sets it.
  std::size_t loops = 1;

  // When less disk space than this is free, no new run is accepted, so that running ones can finish.
  ByteCount disk_reserve = 64_MiB;

  // How long a measurement of free space is considered valid.
  Milliseconds room_check_interval{200};

  // After a write failed for lack of space: how long until free space is measured again. A successful commit
  // ends this wait.
  Milliseconds full_probe_interval{5'000};
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, JournalConfig& config);

}  // namespace belay::storage
