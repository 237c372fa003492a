// A client for tests: pulls bytes from a subscription as a socket would, in pieces of any size.
#pragma once

#include <functional>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "core/log/subscription.hpp"

namespace belay::testing {

class TestReader final : private ByteSource::Waker {
 public:
  explicit TestReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {
    source_->attach(*this);
  }
  TestReader(const TestReader&) = delete;
  TestReader& operator=(const TestReader&) = delete;

  std::string got;
  int wakes = 0;
  bool destroy_on_wake = false;
  std::function<void()> when_woken;  // may read
  ByteSource::State state = ByteSource::State::waiting;

  // Reads everything that is available. Returns the last state.
  ByteSource::State read() {
    while (read_some(SIZE_MAX)) {
    }
    return state;
  }
  // Reads at most `max` bytes of one peek(). Returns whether there were any.
  bool read_some(std::size_t max) {
    ByteRanges ranges;
    state = source_->peek(ranges);
    if (state != ByteSource::State::ready) {
      EXPECT_EQ(ranges.bytes, 0u);
      return false;
    }
    std::size_t total = 0, left = max;
    for (std::size_t i = 0; i < ranges.count; ++i) {
      total += ranges.ranges[i].iov_len;
      const std::size_t n = std::min(left, ranges.ranges[i].iov_len);
      got.append(static_cast<const char*>(ranges.ranges[i].iov_base), n);
      left -= n;
    }
    EXPECT_EQ(total, ranges.bytes);
    EXPECT_NE(total, 0u);
    source_->consume(std::min(max, total));
    return true;
  }
  // Simulates an irregular socket: often it accepts nothing, mostly a little, sometimes everything.
  bool read_at_whim(Random& random) {
    const std::uint64_t whim = random.below(8);
    return read_some(whim == 0 ? 0 : whim == 7 ? SIZE_MAX : random.below(std::uint64_t(1) << (2 * whim)) + 1);
  }
  void leave() { source_.reset(); }

 private:
  void wake() override {
    ++wakes;
    if (when_woken) when_woken();
    if (destroy_on_wake) source_.reset();
  }
  std::unique_ptr<ByteSource> source_;
};

}  // namespace belay::testing
