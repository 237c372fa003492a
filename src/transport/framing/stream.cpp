#include "transport/framing/stream.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace belay::transport {
namespace {

constexpr Milliseconds kMaxSlack{500};

}  // namespace

std::vector<Header> stream_headers(const Framing& framing) {
  return {{"Content-Type", std::string(framing.content_type())},
          {"Cache-Control", "no-cache, no-transform"},
          {"X-Accel-Buffering", "no"}};
}

Milliseconds jittered_retry(Milliseconds base, Random& random) {
  if (base.count() <= 0) return Milliseconds(0);
  return base +
         Milliseconds(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(base.count()) + 1)));
}

Milliseconds heartbeat_after(Milliseconds interval) {
  return interval - std::min(kMaxSlack, interval / 10);
}

}  // namespace belay::transport
