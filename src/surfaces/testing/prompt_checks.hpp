// What fuzz tests of model APIs require of whatever is taken: a prompt that is valid for every provider.
#pragma once

#include <cstdlib>
#include <optional>
#include <vector>

#include "base/utf8.hpp"
#include "core/types/message.hpp"
#include "prompts/recipe.hpp"

namespace belay::surfaces::testing {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void check_messages(const std::vector<Message>& messages) {
  require(!messages.empty() && messages.front().role == Role::user);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    require(!message.parts.empty());
    require(i == 0 || messages[i - 1].role != message.role);
    std::size_t calls = 0, results = 0;
    for (const Part& part : message.parts) {
      if (const Text* text = std::get_if<Text>(&part))
        require(is_valid_utf8(text->text) && !text->text.empty());
      if (std::get_if<ToolCall>(&part)) ++calls;
      if (std::get_if<ToolResult>(&part)) ++results;
    }
    require(calls == 0 || message.role == Role::assistant);
    require((results != 0) == (message.role == Role::tool));
    if (message.role == Role::tool) require(messages[i - 1].role == Role::assistant);
    if (calls != 0) {
      require(i + 1 < messages.size() && messages[i + 1].role == Role::tool);
      require(messages[i + 1].parts.size() == calls);
    }
  }
}

// Builds the prompt for a small model and checks it. The error, if it is refused.
inline std::optional<Error> check_prompt(const prompts::Recipe& recipe) {
  const prompts::Config config;
  const prompts::Persona persona;
  Model model;
  model.window = {1'000};
  model.max_output = {100};
  const auto prompt = recipe.build({config, model, persona, {}, {}, false, false});
  if (!prompt) return prompt.error();
  check_messages(prompt->messages);
  return std::nullopt;
}

}  // namespace belay::surfaces::testing
