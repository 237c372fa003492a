// How quantities are written in a configuration file and in an environment variable.
//
// A duration or a size always has a unit ("15s", "64MiB"), because one person would read a bare number as
// seconds and another as milliseconds. Several parts may follow each other, largest first ("1h30m"). Zero may
// be written without a unit.
//   durations: ms s m h d        sizes: B KiB MiB GiB TiB
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace belay {

// Fails with `invalid_request`. The detail says how to write it.
Result<Milliseconds> parse_duration(std::string_view text);
Result<ByteCount> parse_size(std::string_view text);
// Decimal. The whole text must be a number. A sign is allowed only where negative values exist.
Result<std::int64_t> parse_integer(std::string_view text);
Result<double> parse_number(std::string_view text);
Result<bool> parse_boolean(std::string_view text);

// Uses the largest unit that divides the value: "90s", "1500ms", "64MiB". The functions above can read the
// result.
std::string duration_text(Milliseconds duration);
std::string size_text(ByteCount size);

}  // namespace belay
