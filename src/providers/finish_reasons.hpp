// The finish reasons that servers send. One table contains the names of all protocols, because compatible
// servers use each other's names.
#pragma once

#include <optional>
#include <string_view>

#include "core/types/message.hpp"

namespace belay::providers {

struct ParsedFinish {
  // Empty: the server stopped its answer, so the answer is a failure.
  std::optional<FinishReason> reason;
};

// Returns nothing if the text does not mean an end ("", "null"). An unknown reason counts as `length`: the
// delivered text is kept, but the answer does not count as complete and is not cached.
std::optional<ParsedFinish> read_finish_reason(std::string_view text);

}  // namespace belay::providers
