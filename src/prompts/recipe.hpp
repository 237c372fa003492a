// A recipe makes the prompt of one request. It is pure: needs() says which facts it wants, build() makes the prompt
// from them. Services look the facts up (services/runs/start_run.cpp). A surface chooses the recipe and gives
// it what the request says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/message.hpp"
#include "core/types/records.hpp"
#include "policy/assistant_mode.hpp"
#include "prompts/built_prompt.hpp"
#include "prompts/config.hpp"
#include "prompts/personas.hpp"

namespace belay::prompts {

// The instruction with which an answer that was cut off goes on, if the provider continues no partial answer.
inline constexpr std::string_view kContinue =
    "Your last answer was cut off. Go on exactly where it ends, be it inside a word. Repeat nothing, and do "
    "not say that you go on.";

struct RecipeFacts {
  const Config& config;
  const Model& model;
  const Persona& persona;            // of the session, else the default one
  std::string instruction;           // takes the place of the user's message; empty: none
  std::vector<StoredMessage> older;  // of the conversation, oldest first, if needs() wants them
  bool can_continue = false;         // Provider::can_continue() of the model
  // The last one of `older` is an answer that was cut off, and goes on (requirement C15).
  bool continues = false;
};

class Recipe {
 public:
  virtual ~Recipe() = default;

  struct Needs {
    bool older_messages = false;
  };
  virtual Needs needs() const = 0;
  // Fails with `unprocessable` and names the field if what must be in the prompt does not fit the model's window.
  // An answer that goes on is named "message".
  virtual Result<BuiltPrompt> build(RecipeFacts facts) const = 0;
};

// A message in a conversation, answered by a persona (requirement P2).
class ConversationRecipe final : public Recipe {
 public:
  enum class Memory { conversation, none };
  // `field`: the client's name for the message.
  ConversationRecipe(std::string message, std::string_view field, std::optional<Breathing> breathing = {},
                     Memory memory = Memory::conversation)
      : message_(std::move(message)), field_(field), breathing_(breathing), memory_(memory) {}

  Needs needs() const override { return {memory_ == Memory::conversation}; }
  Result<BuiltPrompt> build(RecipeFacts facts) const override;

 private:
  const std::string message_;
  const std::string field_;
  const std::optional<Breathing> breathing_;
  const Memory memory_;
};

// A request of the assistant surface (requirements A1, A7, A10).
class AssistantRecipe final : public Recipe {
 public:
  struct Request {
    policy::AssistantMode mode = policy::AssistantMode::chat;
    std::string prompt;
    std::string track_id;  // empty: none
    std::string context;   // JSON text; empty: none
  };
  explicit AssistantRecipe(Request request) : request_(std::move(request)) {}

  Needs needs() const override { return {true}; }
  Result<BuiltPrompt> build(RecipeFacts facts) const override;

 private:
  const Request request_;
};

}  // namespace belay::prompts
