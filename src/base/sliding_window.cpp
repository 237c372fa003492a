#include "base/sliding_window.hpp"

#include <algorithm>

namespace belay {

SlidingWindow::State SlidingWindow::look(std::uint64_t limit, Milliseconds window, WallTime now) const {
  // A place taken at t counts until t + window, and no longer at that very moment.
  const auto first = std::upper_bound(taken_.begin(), taken_.end(), now - window);
  const auto count = static_cast<std::uint64_t>(taken_.end() - first);
  State state;
  if (count > 0) state.reset_after = *first + window - now;
  if (count < limit) {
    state.allowed = true;
    state.remaining = limit - count;
    return state;
  }
  // One fits when only limit - 1 are left; with a limit of 0 never, and the window is as good an answer as
  // any.
  state.retry_after =
      limit == 0 ? window : *(taken_.end() - static_cast<std::ptrdiff_t>(limit)) + window - now;
  return state;
}

void SlidingWindow::take(Milliseconds window, WallTime when) {
  taken_.erase(taken_.begin(), std::upper_bound(taken_.begin(), taken_.end(), when - window));
  taken_.insert(std::upper_bound(taken_.begin(), taken_.end(), when), when);
}

void SlidingWindow::give_back(WallTime when) {
  const auto found = std::lower_bound(taken_.begin(), taken_.end(), when);
  if (found != taken_.end() && *found == when) taken_.erase(found);
}

}  // namespace belay
