#include "prompts/recipe.hpp"

#include "prompts/assistant_prompt.hpp"
#include "prompts/conversation_prompt.hpp"
#include "prompts/valid_messages.hpp"

namespace belay::prompts {
namespace {

constexpr std::string_view kGoOn =
    "Your last answer was cut off. Continue it exactly where it stopped. Do not repeat any of it, and do not "
    "comment on this.";

Result<BuiltPrompt> with_history(ConversationFacts known, RecipeFacts& facts) {
  auto prompt = ConversationPrompt::begin(facts.config, facts.model, std::move(known));
  if (!prompt) return prompt.error();
  if (prompt->wants_older())
    for (auto message = facts.older.rbegin(); message != facts.older.rend(); ++message) {
      const TokenCount tokens = message->tokens;
      if (!prompt->add_older(message_of(std::move(*message)), tokens)) break;
    }
  return std::move(*prompt).finish();
}

}  // namespace

Result<BuiltPrompt> ConversationRecipe::build(RecipeFacts facts) const {
  ConversationFacts known;
  known.system = system_prompt(facts.persona, breathing_);
  known.message = facts.instruction.empty() ? message_ : std::move(facts.instruction);
  known.field = field_;
  return with_history(std::move(known), facts);
}

Result<BuiltPrompt> ContinueRecipe::build(RecipeFacts facts) const {
  ConversationFacts known;
  known.system = system_prompt(facts.persona, {});
  if (!facts.can_continue) known.message = kGoOn;
  known.continues = true;
  auto built = with_history(std::move(known), facts);
  if (!built) return built;
  const std::size_t after_answer = facts.can_continue ? 0 : 1;
  const std::vector<Message>& messages = built->messages;
  if (messages.size() > after_answer && messages[messages.size() - 1 - after_answer].role == Role::assistant)
    return built;
  return make_error(ErrorCode::unprocessable,
                    "The answer is too long for the model \"" + facts.model.alias +
                        "\" to continue it. Ask for the rest in a new message.",
                    std::string(field_));
}

Result<BuiltPrompt> AssistantRecipe::build(RecipeFacts facts) const {
  AssistantFacts known{request_.mode, request_.prompt, request_.track_id, request_.context, {}};
  known.history.reserve(facts.older.size());
  for (StoredMessage& message : facts.older) known.history.push_back(message_of(std::move(message)));
  return build_assistant_prompt(facts.config, facts.model, known);
}

}  // namespace belay::prompts
