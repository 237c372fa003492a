// The prompt of a message in a conversation: what must be in it is held against the model's window first,
// then the history is added from the newest message back for as long as it fits (requirement P2).
//
//   system     the product's preamble, then the system prompt that the surface chose
//   messages   earlier turns that fit · context as fenced data · the user's message, unchanged but for
//   control characters
//
//   auto prompt = ConversationPrompt::begin(config, model, facts);    // fails: it can never fit
//   while (prompt->wants_older() && (page = older messages, the newest first))
//     for (message : page)
//       if (!prompt->add_older(message.role, message.content, message.tokens)) break;
//   BuiltPrompt built = std::move(*prompt).finish();
//
// The window holds prompt and answer: the answer's longest length (Model::most_output) is kept free, and at
// least what Config::window_percent leaves. Pure; a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/chat.hpp"
#include "prompts/built_prompt.hpp"
#include "prompts/config.hpp"
#include "prompts/turn_window.hpp"

namespace belay::prompts {

// What a prompt may fill of the model's window.
TokenCount prompt_room(const Config& config, const Model& model);

struct ConversationFacts {
  std::string system;   // ours, or from the configuration: never a client's words
  std::string context;  // what is known beside the conversation, as text or JSON; empty: none
  std::string context_label = "context";
  std::string message;          // the user's, the newest
  std::string_view field = {};  // what the client calls it, for the error: "message"
};

class ConversationPrompt {
 public:
  // `unprocessable`, naming the field, when system prompt, context and message alone do not fit.
  static Result<ConversationPrompt> begin(const Config& config, const Model& model, ConversationFacts facts);

  // Whether there is room for another message.
  bool wants_older() const { return wants_older_; }
  // The next older message and what it costs, as message_tokens() has it. False: nothing older is wanted.
  bool add_older(Role role, std::string_view content, TokenCount tokens);
  BuiltPrompt finish() &&;

 private:
  ConversationPrompt(BuiltPrompt newest, TokenCount room)
      : newest_(std::move(newest)), window_(room), wants_older_(room.value > 0) {}

  BuiltPrompt newest_;
  TurnWindow window_;
  std::vector<ChatMessage> older_;  // the newest first
  bool wants_older_;
};

}  // namespace belay::prompts
