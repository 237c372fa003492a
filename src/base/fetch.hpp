// Telling the processor which memory will be wanted soon, so that it is there by then.
//
// For walks over thousands of objects that have all left the caches since they were last looked at: there the
// memory takes more time than the work. Any address may be given, also one that cannot be read.
#pragma once

#include <cstddef>
#include <cstdint>

namespace belay {

inline constexpr std::size_t kCacheLine = 64;

inline void fetch_memory(const void* address, std::size_t size) {
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  for (std::uintptr_t at = begin; at < begin + size; at += kCacheLine)
    __builtin_prefetch(reinterpret_cast<const void*>(at));
}

}  // namespace belay
