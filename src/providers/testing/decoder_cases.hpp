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

// The stream with an event behind each of its events that says nothing. Then no event is like the one before it
// (providers/text_slot.hpp).
inline std::string with_empty_events(ProtocolKind kind, std::string_view bytes) {
  const std::string_view empty =
      kind == ProtocolKind::messages ? "data: {\"type\":\"ping\"}\n\n" : "data: {\"choices\":[]}\n\n";
  std::string stream;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find("\n\n", at);
    const std::size_t next = end == std::string_view::npos ? bytes.size() : end + 2;
    stream.append(bytes.substr(at, next - at));
    if (end != std::string_view::npos) stream.append(empty);
    at = next;
  }
  return stream;
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
  if (kind == ProtocolKind::responses) return;
  const std::string apart = with_empty_events(kind, bytes);
  EXPECT_EQ(read_in_pieces(kind, test.config, apart, apart.size(), 1), test.outcome)
      << "with empty events between";
}

}  // namespace belay::providers
