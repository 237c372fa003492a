// What a provider's calls came to, for metrics and tests. Any thread reads; each call counts itself on its
// own loop.
#pragma once

#include <atomic>
#include <cstdint>

namespace belay::providers {

struct CallCounters {
  std::atomic<std::uint64_t> started{0};
  std::atomic<std::uint64_t> completed{0};  // on_end
  std::atomic<std::uint64_t> failed{0};     // on_error
  std::atomic<std::uint64_t> cancelled{0};  // destroyed before either
  std::atomic<std::uint64_t> retried{0};    // attempts after a call's first
  std::atomic<std::uint64_t> spared{0};     // attempts not made because the address's breaker was open

  std::uint64_t active() const { return started - completed - failed - cancelled; }
};

}  // namespace belay::providers
