// The prompt of a chat whose client sends all of its messages with each request (requirement K50). What the client
// shows is what the model sees, also where the store knows another branch. A client may also send the newest message
// alone: then the rest comes from the store.
//
//   system     the product's preamble, then the persona's system prompt, then the client's instructions, if its surface
//              takes any
//   messages   earlier turns that fit, the newest ones first · the question
//
// Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "prompts/client_messages.hpp"
#include "prompts/recipe.hpp"

namespace belay::prompts {

struct ClientConversation {
  ClientMessages sent;
  // From this message on it is the question, with the tool calls that the model has made for it and their results;
  // behind the last message: the stored question.
  std::size_t question = 0;
  bool is_whole = true;     // false: the store has the messages before the question
  bool reads_store = true;  // false: the store is not even asked whether this is the first question
};

// Fails with `unprocessable` and `field` if the question alone does not fit the model's window, and with
// `not_implemented` and the place of an image or a file that the model does not take.
class ClientConversationRecipe final : public Recipe {
 public:
  ClientConversationRecipe(ClientConversation chat, std::string_view field)
      : chat_(std::move(chat)), field_(field) {}

  Needs needs() const override { return {chat_.reads_store || !chat_.is_whole}; }
  Result<BuiltPrompt> build(RecipeFacts facts) const override;

 private:
  const ClientConversation chat_;
  const std::string_view field_;
};

}  // namespace belay::prompts
