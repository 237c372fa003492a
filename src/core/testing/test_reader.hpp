// A client for tests: pulls bytes out of a subscription as a socket would, in pieces of any size.
#pragma once

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "core/subscription.hpp"

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
  ByteSource::State state = ByteSource::State::waiting;

  // Takes all there is. The last state.
  ByteSource::State read() {
    while (read_some(SIZE_MAX)) {
    }
    return state;
  }
  // Takes at most so many bytes of one peek(). True: there were some.
  bool read_some(std::size_t most) {
    ByteRanges ranges;
    state = source_->peek(ranges);
    if (state != ByteSource::State::ready) {
      EXPECT_EQ(ranges.bytes, 0u);
      return false;
    }
    std::size_t total = 0, left = most;
    for (std::size_t i = 0; i < ranges.count; ++i) {
      total += ranges.ranges[i].iov_len;
      const std::size_t n = std::min(left, ranges.ranges[i].iov_len);
      got.append(static_cast<const char*>(ranges.ranges[i].iov_base), n);
      left -= n;
    }
    EXPECT_EQ(total, ranges.bytes);
    EXPECT_NE(total, 0u);
    source_->consume(std::min(most, total));
    return true;
  }
  // A socket with moods: often nothing, mostly a little, now and then everything.
  bool read_at_whim(Random& random) {
    const std::uint64_t whim = random.below(8);
    return read_some(whim == 0 ? 0 : whim == 7 ? SIZE_MAX : random.below(std::uint64_t(1) << (2 * whim)) + 1);
  }
  void leave() { source_.reset(); }

 private:
  void wake() override {
    ++wakes;
    if (destroy_on_wake) source_.reset();
  }
  std::unique_ptr<ByteSource> source_;
};

}  // namespace belay::testing
