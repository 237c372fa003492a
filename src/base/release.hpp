// Frees the memory of a string or a vector. Assigning an empty one does not do that: libstdc++ copies a short string and keeps
// the buffer, and so does `= {}` for both.
#pragma once

namespace belay {

template <class Container>
void release(Container& container) noexcept {
  Container().swap(container);
}

}  // namespace belay
