// Why an answer ended, as servers say it: the names of all dialects in one table, for compatible servers use
// each other's.
#pragma once

#include <optional>
#include <string_view>

#include "core/chat.hpp"

namespace belay::providers {

struct SaidFinish {
  // Nothing: the server broke its answer off, so it is a failed one.
  std::optional<FinishReason> reason;
};

// Nothing: the text says nothing of an end ("", "null"). A reason that nobody knows counts as `length`: what
// was told is kept, but is not passed off as whole, and is not cached.
std::optional<SaidFinish> read_finish_reason(std::string_view text);

}  // namespace belay::providers
