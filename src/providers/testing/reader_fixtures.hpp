// Tables of streams and what becomes of them, each held against every way of cutting it.
#pragma once

#include <gtest/gtest.h>

#include "providers/testing/reader_outcome.hpp"

namespace belay::providers {

struct ReaderFixture {
  const char* name;
  std::string bytes;
  ReaderOutcome outcome;
  HttpProviderConfig config = {};
};

inline HttpProviderConfig with(void (*change)(HttpProviderConfig&)) {
  HttpProviderConfig config;
  change(config);
  return config;
}

inline void expect_same_however_cut(DialectKind kind, const ReaderFixture& fixture) {
  const std::string_view bytes = fixture.bytes;
  const auto read = [&](std::size_t first, std::size_t step) {
    return read_in_pieces(kind, fixture.config, bytes, first, step);
  };
  EXPECT_EQ(read(bytes.size(), 1), fixture.outcome);
  EXPECT_EQ(read(1, 1), fixture.outcome) << "a byte at a time";
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    ASSERT_EQ(read(cut, bytes.size()), fixture.outcome) << "cut at " << cut;
}

}  // namespace belay::providers
