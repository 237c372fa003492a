// What is sent to the model.
#pragma once

#include <string>
#include <vector>

#include "core/chat.hpp"

namespace belay::prompts {

struct BuiltPrompt {
  std::string system;
  std::vector<ChatMessage> messages;  // oldest first; the last is the user's
};

}  // namespace belay::prompts
