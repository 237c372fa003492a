// The prompt of one assistant request (requirements A1, A7, A10): facts in, what is sent to the model out.
//
//   system     the product's preamble, then what the mode asks for
//   messages   earlier turns that fit · the client's context as fenced data · the user's prompt, unchanged
//   but for control characters
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/chat.hpp"
#include "policy/admission.hpp"
#include "prompts/built_prompt.hpp"
#include "prompts/config.hpp"

namespace belay::prompts {

struct AssistantFacts {
  policy::AssistantMode mode = policy::AssistantMode::chat;
  std::string prompt;
  std::string track_id;              // empty: none
  std::string context;               // JSON text; empty: none
  std::vector<ChatMessage> history;  // oldest first
};

// Fails with `unprocessable` when the prompt and context alone do not fit into the model's window.
Result<BuiltPrompt> build_assistant_prompt(const Config& config, const Model& model,
                                           const AssistantFacts& facts);

// The newest whole turns (a user's message and what was answered) that fit into `budget`: TurnWindow over
// messages that have been read already.
std::vector<ChatMessage> newest_turns(std::vector<ChatMessage> history, TokenCount budget);

}  // namespace belay::prompts
