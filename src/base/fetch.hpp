// Telling the processor which memory will be wanted soon, so that it is there by then.
//
// For walks over thousands of objects that have all left the caches since they were last looked at: there the
// memory takes more time than the work. Any address may be given, also one that cannot be read.
#pragma once

#include <cstddef>

namespace belay {

inline constexpr std::size_t kCacheLine = 64;

inline void fetch_memory(const void* address, std::size_t size) {
  for (std::size_t at = 0; at < size; at += kCacheLine)
    __builtin_prefetch(static_cast<const char*>(address) + at);
}

}  // namespace belay
