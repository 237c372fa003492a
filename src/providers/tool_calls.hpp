// Joins tool calls from their pieces, whatever the dialect: a piece belongs to the call of its index.
//
// Ids and names come whole, once; arguments in pieces, as JSON text. Whether they fit what was declared is
// the run's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/chat.hpp"
#include "providers/config.hpp"

namespace belay::providers {

class ToolCallGatherer {
 public:
  explicit ToolCallGatherer(const HttpProviderConfig& config) : config_(config) {}

  struct Piece {
    std::optional<std::uint64_t> index;  // some servers send none: they name a new call by its id
    std::string_view id;
    std::string_view name;
    std::string_view arguments;
  };
  Result<> add(const Piece& piece);
  // The server repeats the arguments whole: they must be what their pieces were, if any came.
  Result<> close(std::uint64_t index, std::string_view arguments);
  // All of them, in the order in which they began.
  Result<std::vector<ToolCall>> finish();
  bool empty() const { return calls_.empty(); }

 private:
  struct Gathered {
    std::optional<std::uint64_t> index;
    ToolCall call;
  };
  Result<> count(std::size_t bytes);

  const HttpProviderConfig& config_;
  std::vector<Gathered> calls_;
  std::size_t bytes_ = 0;
};

}  // namespace belay::providers
