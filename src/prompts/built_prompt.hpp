// A finished prompt, ready to be sent to the model.
#pragma once

#include <string>
#include <vector>

#include "core/types/message.hpp"

namespace belay::prompts {

struct BuiltPrompt {
  std::string system;
  std::vector<Message> messages;  // valid for every provider (prompts/valid_messages.hpp)
};

}  // namespace belay::prompts
