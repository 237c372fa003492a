// A client for tests on real threads. It reads on its loop whenever it is woken, and reports when it has
// reached the end.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/byte_source.hpp"

namespace belay::testing {

// Created, woken and destroyed on the loop of its source.
class EagerReader final : private ByteSource::Waker {
 public:
  EagerReader(std::unique_ptr<ByteSource> source, std::atomic<int>& ended)
      : source_(std::move(source)), ended_(ended) {
    source_->attach(*this);
    wake();
  }
  std::string got;

 private:
  void wake() override {
    ByteRanges ranges;
    ByteSource::State state;
    while ((state = source_->peek(ranges)) == ByteSource::State::ready) {
      for (std::size_t i = 0; i < ranges.count; ++i)
        got.append(static_cast<const char*>(ranges.ranges[i].iov_base), ranges.ranges[i].iov_len);
      source_->consume(ranges.bytes);
    }
    EXPECT_NE(state, ByteSource::State::lost);
    if (state == ByteSource::State::ended && !at_end_) {
      at_end_ = true;
      ended_.fetch_add(1);
    }
  }
  const std::unique_ptr<ByteSource> source_;
  std::atomic<int>& ended_;
  bool at_end_ = false;
};

}  // namespace belay::testing
