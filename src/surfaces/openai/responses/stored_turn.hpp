// A response that is kept, read back from its run's log: its request, and the items of its answer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/log/dialect.hpp"
#include "core/types/payloads.hpp"

namespace belay::surfaces::openai::responses {

struct StoredTurn {
  struct Item {
    std::uint64_t place = 0;  // how many parts of the answer stand before it
    PartKind kind = PartKind::text;
    std::string text{};  // of a text
    ToolCall call{};     // of a tool call that is whole
  };
  RunRequest request;
  std::vector<Item> items;  // in the order in which they began; a reasoning is empty
};

// How much of it a request that refers to it adds to its own: the messages, and the items of the answer.
std::uint64_t size_of(const StoredTurn& turn);

// By run: what requests refer to.
using StoredTurns = std::map<RunId, StoredTurn>;

// The events of a run as bytes, for read_turn(). Of a run that has ended.
const Format& turn_format();
Result<StoredTurn> read_turn(std::string_view bytes);

}  // namespace belay::surfaces::openai::responses
