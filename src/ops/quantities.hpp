// How amounts are written in a configuration file and in an environment variable.
//
// A duration or a size always carries its unit ("15s", "64MiB"): a bare number would be read as seconds by
// one person and as milliseconds by the next. Several parts may follow each other, largest first ("1h30m").
// Zero may stand without a unit.
//   durations: ms s m h d        sizes: B KiB MiB GiB TiB
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace belay::ops {

// Fails with `invalid_request`; the detail says how to write it.
Result<Milliseconds> parse_duration(std::string_view text);
Result<ByteCount> parse_size(std::string_view text);
// Decimal, the whole text, a sign only where negative values exist.
Result<std::int64_t> parse_integer(std::string_view text);
Result<double> parse_number(std::string_view text);
Result<bool> parse_truth(std::string_view text);

// The largest unit that divides it: "90s", "1500ms", "64MiB". What they give, the functions above read back.
std::string duration_text(Milliseconds duration);
std::string size_text(ByteCount size);

}  // namespace belay::ops
