// The port that holds a tool call against its declaration. An empty string: it fits; else what is wrong, for
// people.
#pragma once

#include <functional>
#include <string>

#include "core/chat.hpp"

namespace belay {

using ToolCheck = std::function<std::string(const Tool& declared, const ToolCall& call)>;

}  // namespace belay
