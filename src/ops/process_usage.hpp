// What this process uses of the machine, as Linux tells it (proc(5)) and the allocator (mallinfo2(3)).
#pragma once

#include <cstdint>

namespace belay::ops {

struct ProcessUsage {
  std::uint64_t resident_bytes = 0;
  std::uint64_t heap_in_use_bytes = 0;  // 0 under an allocator without mallinfo2
  std::uint64_t open_files = 0;
  std::uint64_t most_open_files = 0;
  std::uint64_t threads = 0;
  double cpu_seconds = 0;
};

ProcessUsage process_usage();

}  // namespace belay::ops
