// The prompt of a message in a conversation (requirement P2). First, the required parts are checked against
// the model's window. Then history is added, from the newest message to older ones, while it fits.
//
//   system     the product's preamble, then the system prompt that the surface chose
//   messages   earlier turns that fit · context as fenced data · the user's message
//              (unchanged, except that control characters are removed; context and message are one message)
//
//   auto prompt = ConversationPrompt::begin(config, model, facts);    // fails: it can never fit
//   while (prompt->wants_older() && (page = older messages, newest first))
//     for (message : page)
//       if (!prompt->add_older(message_of(message), message.tokens)) break;
//   BuiltPrompt built = std::move(*prompt).finish();
//
// The window holds both prompt and answer. The maximum length of the answer (Model::max_output) is kept free,
// and at least the part that Config::window_percent leaves. Pure; a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/message.hpp"
#include "prompts/built_prompt.hpp"
#include "prompts/config.hpp"
#include "prompts/turn_window.hpp"

namespace belay::prompts {

// The capacity for the prompt: how many tokens of the model's window it may fill.
TokenCount prompt_budget(const Config& config, const Model& model);

struct ConversationFacts {
  std::string system;   // from us or from the configuration: never text from a client
  std::string context;  // additional information, as text or JSON; empty: none
  std::string context_label = "context";
  std::string message;          // the user's newest message
  std::string_view field = {};  // the client's name for the message, for the error: "message"
  // The newest answer goes on. `message` is then an instruction by us, or empty.
  bool continues = false;
};

// The error of a message that a model would not see.
Error blank_message(std::string_view field);

class ConversationPrompt {
 public:
  // Fails with `unprocessable`, naming the field, if system prompt, context and message alone do not fit, or if
  // the message is blank.
  static Result<ConversationPrompt> begin(const Config& config, const Model& model, ConversationFacts facts);

  // Whether another message may fit.
  bool wants_older() const { return wants_older_; }
  // Adds the next older message, from message_of(). `tokens` is the cost of its text, from message_tokens().
  // Returns false if nothing older is wanted.
  bool add_older(Message message, TokenCount tokens);
  BuiltPrompt finish() &&;

 private:
  ConversationPrompt(BuiltPrompt newest, TokenCount budget)
      : newest_(std::move(newest)), window_(budget), wants_older_(budget.value > 0) {}

  BuiltPrompt newest_;
  TurnWindow window_;
  std::vector<Message> older_;  // newest first
  bool wants_older_;
};

}  // namespace belay::prompts
