#include "prompts/recipe.hpp"

#include "prompts/assistant_prompt.hpp"
#include "prompts/conversation_prompt.hpp"

namespace belay::prompts {

Result<BuiltPrompt> ConversationRecipe::build(RecipeFacts facts) const {
  ConversationFacts known;
  known.system = system_prompt(facts.persona, breathing_);
  known.message = facts.instruction.empty() ? message_ : std::move(facts.instruction);
  known.field = field_;
  auto prompt = ConversationPrompt::begin(facts.config, facts.model, std::move(known));
  if (!prompt) return prompt.error();
  if (prompt->wants_older())
    for (auto message = facts.older.rbegin(); message != facts.older.rend(); ++message)
      if (!prompt->add_older(message->role, message->content, message->tokens)) break;
  return std::move(*prompt).finish();
}

Result<BuiltPrompt> AssistantRecipe::build(RecipeFacts facts) const {
  AssistantFacts known{request_.mode, request_.prompt, request_.track_id, request_.context, {}};
  for (StoredMessage& message : facts.older)
    known.history.push_back({message.role, std::move(message.content)});
  return build_assistant_prompt(facts.config, facts.model, known);
}

}  // namespace belay::prompts
