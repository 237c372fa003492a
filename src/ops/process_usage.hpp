// The resources that this process uses, as reported by Linux (proc(5)) and the allocator (mallinfo2(3)).
#pragma once

#include <cstdint>

namespace belay::ops {

struct ProcessUsage {
  std::uint64_t resident_bytes = 0;
  std::uint64_t heap_in_use_bytes = 0;  // 0 for an allocator without mallinfo2
  std::uint64_t open_files = 0;
  std::uint64_t max_open_files = 0;
  std::uint64_t threads = 0;
  double cpu_seconds = 0;
};

ProcessUsage process_usage();

}  // namespace belay::ops
