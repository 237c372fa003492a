// Prefetch: asks the processor to load memory into its caches before it is used.
//
// Use it in loops over thousands of objects that have left the caches since their last use. In such loops
// memory access takes more time than the work itself. Any address may be passed, even one that cannot be
// read.
#pragma once

#include <cstddef>
#include <cstdint>

namespace belay {

inline constexpr std::size_t kCacheLine = 64;

inline void prefetch_memory(const void* address, std::size_t size) {
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  for (std::uintptr_t at = begin; at < begin + size; at += kCacheLine)
    __builtin_prefetch(reinterpret_cast<const void*>(at));
}

}  // namespace belay
