// The prompt of one assistant request (requirements A1, A7, A10). Input: facts. Output: what is sent to the
// model.
//
//   system     the product's preamble, then the instructions for the mode
//   messages   earlier turns that fit · the client's context as fenced data · the user's prompt
//              (unchanged, except that control characters are removed; context and prompt are one message)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/message.hpp"
#include "policy/assistant_mode.hpp"
#include "prompts/built_prompt.hpp"
#include "prompts/config.hpp"

namespace belay::prompts {

struct AssistantFacts {
  policy::AssistantMode mode = policy::AssistantMode::chat;
  std::string prompt;
  std::string track_id;          // empty: none
  std::string context;           // JSON text; empty: none
  std::vector<Message> history;  // oldest first, from message_of()
};

// Fails with `unprocessable` if the prompt is blank, or if prompt and context alone do not fit into the model's
// window.
Result<BuiltPrompt> build_assistant_prompt(const Config& config, const Model& model,
                                           const AssistantFacts& facts);

// The newest complete turns that fit into `budget`. A turn is a user's message and the answers to it. This
// applies TurnWindow to messages that are already in memory.
std::vector<Message> newest_turns(std::vector<Message> history, TokenCount budget);

}  // namespace belay::prompts
