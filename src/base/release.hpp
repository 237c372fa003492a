// Frees a string's memory. Assigning an empty string does not do that: libstdc++ copies what is short, and keeps the buffer.
#pragma once

#include <string>

namespace belay {

inline void release(std::string& text) noexcept {
  std::string().swap(text);
}

}  // namespace belay
