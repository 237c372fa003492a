#include "transport/http2/flood_guard.hpp"

#include <algorithm>

namespace belay::transport {

void FloodGuard::begin_interval(SteadyTime now) {
  if (now - began_ < limits_.interval) return;
  began_ = now;
  resets_ = control_frames_ = 0;
}

bool FloodGuard::reset(SteadyTime now) {
  begin_interval(now);
  return ++resets_ <= limits_.resets;
}

bool FloodGuard::control_frame(SteadyTime now) {
  begin_interval(now);
  return ++control_frames_ <= limits_.control_frames;
}

void FloodGuard::answer_sent(std::size_t bytes) {
  free_updates_ = std::min(free_updates_ + bytes, kMaxFree);
}

bool FloodGuard::window_update(SteadyTime now) {
  if (free_updates_ < kBytesPerUpdate) return control_frame(now);
  free_updates_ -= kBytesPerUpdate;
  return true;
}

}  // namespace belay::transport
