// Notices a client that sends frames which cost the server work and ask for nothing.
//
// Two things are counted within an interval:
// - resets: requests that the client began and gave up (CVE-2023-44487), and streams that the server had to reset
//   because of what the client sent;
// - control frames: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, and DATA without content. A WINDOW_UPDATE is free
//   for every few bytes of answers, because a client that reads much sends many of them.
//
// Pure: the caller passes the time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace belay::transport {

class FloodGuard {
 public:
  struct Limits {
    std::size_t resets;
    std::size_t control_frames;
    Milliseconds interval;
  };
  explicit FloodGuard(const Limits& limits) : limits_(limits) {}

  // Return false when the client has sent too many.
  bool reset(SteadyTime now);
  bool control_frame(SteadyTime now);
  bool window_update(SteadyTime now);

  void answer_sent(std::size_t bytes);

 private:
  // How many bytes of answers make one WINDOW_UPDATE free. A client whose window is one byte is still counted.
  static constexpr std::uint64_t kBytesPerUpdate = 16;
  static constexpr std::uint64_t kMaxFree = 1024 * 1024;

  void begin_interval(SteadyTime now);

  const Limits limits_;
  SteadyTime began_{};
  std::size_t resets_ = 0;
  std::size_t control_frames_ = 0;
  std::uint64_t free_updates_ = 0;  // in bytes
};

}  // namespace belay::transport
