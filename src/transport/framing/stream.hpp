// What a response that streams messages needs beside their bytes.
#pragma once

#include <vector>

#include "base/clock.hpp"
#include "base/framing.hpp"
#include "base/random.hpp"
#include "transport/message.hpp"

namespace belay::transport {

// Content-Type, and the headers that stop caches and proxies from delaying messages.
std::vector<Header> stream_headers(const Framing& framing);

// A random time from `base` to twice that, so that clients that were cut together do not reconnect together.
Milliseconds jittered_retry(Milliseconds base, Random& random);

// When a stream that has sent nothing sends a heartbeat: a little before the interval ends, so that it holds even
// when the loop is busy.
Milliseconds heartbeat_after(Milliseconds interval);

}  // namespace belay::transport
