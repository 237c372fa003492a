// Parses reads of durable streams (requirements K60 to K63).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/position.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::durable_streams {

// The text of a position. Texts sort as the positions do: epoch and offset have a fixed width.
//
//   0000000001_00000000000000000007
std::string offset_text(const Position& position);
inline constexpr std::size_t kOffsetSize = 31;
// Fails with `invalid_request`.
Result<Position> parse_offset(std::string_view text);

enum class Live { none, long_poll, sse };

struct ReadRequest {
  RunId run;
  Live live = Live::none;
  // Behind this position. Nothing: from the beginning ("-1"), or from the tail ("now").
  std::optional<Position> after;
  bool from_tail = false;
  std::uint64_t cursor = 0;
};
// Unknown parameters are ignored. Fails with `not_found` if the path has no id of a run, else with `invalid_request`.
Result<ReadRequest> parse_read(const transport::Request& request);

Error no_such_stream();

}  // namespace belay::surfaces::durable_streams
