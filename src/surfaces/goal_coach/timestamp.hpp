// Times as clients write them (RFC 3339).
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace belay::surfaces::goal_coach {

// "2026-12-01T09:30:00Z", also without seconds, with a fraction of a second, or with an offset: "+01:00". A day alone is no
// timestamp.
std::optional<WallTime> parse_timestamp(std::string_view text);

}  // namespace belay::surfaces::goal_coach
