// A finished prompt, ready to be sent to the model.
#pragma once

#include <string>
#include <vector>

#include "core/types/message.hpp"

namespace belay::prompts {

struct BuiltPrompt {
  std::string system;
  std::vector<Message> messages;  // oldest first; the last one is the user's
};

}  // namespace belay::prompts
