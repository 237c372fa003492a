// The port that checks a tool call against its declaration. The result is an empty string if the call
// matches; otherwise it says what is wrong, for people.
#pragma once

#include <functional>
#include <string>

#include "core/types/message.hpp"

namespace belay {

using ToolCheck = std::function<std::string(const Tool& declared, const ToolCall& call)>;

}  // namespace belay
