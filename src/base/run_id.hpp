// The id of a run: a readable time, then a random UUID (RFC 9562, version 4).
//
//   20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427        56 characters
//
// As text, ids sort by time. Their 122 random bits make them unique across servers. Each id has exactly one
// text form. parse() accepts only that form (lower-case hexadecimal, a real calendar date, the right version
// and variant bits), so a lookup never receives a malformed id.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace belay {

struct RunId {
  WallTime time;
  std::array<std::uint8_t, 16> uuid{};

  static constexpr std::size_t kTextSize = 56;

  static RunId make(const Clock& clock, Random& random);
  static std::optional<RunId> parse(std::string_view text);
  std::string text() const;

  friend auto operator<=>(const RunId&, const RunId&) = default;
};

struct RunIdHash {
  std::size_t operator()(const RunId& id) const;
};

// "2026-11-21T13:18:05.123Z"
std::string iso8601(WallTime time);

}  // namespace belay

template <>
struct std::hash<belay::RunId> : belay::RunIdHash {};
