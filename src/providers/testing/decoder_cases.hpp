// Tables of streams with their expected results. Each stream is tested with every way of cutting it.
#pragma once

#include <gtest/gtest.h>

#include "providers/testing/decoder_outcome.hpp"

namespace belay::providers {

struct DecoderCase {
  const char* name;
  std::string bytes;
  DecoderOutcome outcome;
  HttpProviderConfig config = {};
};

inline HttpProviderConfig with(void (*change)(HttpProviderConfig&)) {
  HttpProviderConfig config;
  change(config);
  return config;
}

inline void expect_same_however_cut(ProtocolKind kind, const DecoderCase& test) {
  const std::string_view bytes = test.bytes;
  const auto read = [&](std::size_t first, std::size_t step) {
    return read_in_pieces(kind, test.config, bytes, first, step);
  };
  EXPECT_EQ(read(bytes.size(), 1), test.outcome);
  EXPECT_EQ(read(1, 1), test.outcome) << "a byte at a time";
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    ASSERT_EQ(read(cut, bytes.size()), test.outcome) << "cut at " << cut;
  EXPECT_EQ(read_in_pieces(kind, test.config, bytes, bytes.size(), 1, true), test.outcome)
      << "with calls in pieces (requirement K9)";
}

}  // namespace belay::providers
