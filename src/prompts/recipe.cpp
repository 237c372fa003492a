#include "prompts/recipe.hpp"

#include "prompts/assistant_prompt.hpp"
#include "prompts/conversation_prompt.hpp"
#include "prompts/hygiene.hpp"
#include "prompts/valid_messages.hpp"

namespace belay::prompts {
namespace {

Result<BuiltPrompt> with_history(ConversationFacts known, RecipeFacts& facts) {
  auto prompt = ConversationPrompt::begin(facts.config, facts.model, std::move(known));
  if (!prompt) return prompt.error();
  std::vector<StoredMessage> older;
  if (prompt->wants_older()) older = with_whole_answers(std::move(facts.older));
  if (prompt->wants_older())
    for (auto message = older.rbegin(); message != older.rend(); ++message) {
      const TokenCount tokens = message->tokens;
      if (!prompt->add_older(message_of(std::move(*message)), tokens)) break;
    }
  return std::move(*prompt).finish();
}

// Whether the message before the last `after` ones is an answer.
bool ends_with_answer(const std::vector<Message>& messages, std::size_t after) {
  return messages.size() > after && messages[messages.size() - 1 - after].role == Role::assistant;
}

}  // namespace

Result<BuiltPrompt> ConversationRecipe::build(RecipeFacts facts) const {
  ConversationFacts known;
  known.system = system_prompt(facts.persona, breathing_);
  known.field = field_;
  known.continues = facts.continues;
  if (!facts.continues)
    known.message = facts.instruction.empty() ? message_ : std::move(facts.instruction);
  else if (!facts.can_continue)
    known.message = kContinue;
  const bool has_answer = !facts.older.empty() && facts.older.back().role == Role::assistant &&
                          has_visible_text(facts.older.back().content);
  if (facts.continues && !has_answer)
    return make_error(ErrorCode::unprocessable,
                      "This answer has no text that could be continued. Ask for a new answer instead.",
                      "message");
  auto built = with_history(std::move(known), facts);
  if (!built || !facts.continues || ends_with_answer(built->messages, facts.can_continue ? 0 : 1))
    return built;
  return make_error(ErrorCode::unprocessable,
                    "The answer is too long for the model \"" + facts.model.alias +
                        "\" to continue it. Ask for the rest in a new message.",
                    "message");
}

Result<BuiltPrompt> AssistantRecipe::build(RecipeFacts facts) const {
  AssistantFacts known{request_.mode, request_.prompt, request_.track_id, request_.context, {}};
  facts.older = with_whole_answers(std::move(facts.older));
  known.history.reserve(facts.older.size());
  for (StoredMessage& message : facts.older) known.history.push_back(message_of(std::move(message)));
  return build_assistant_prompt(facts.config, facts.model, known);
}

}  // namespace belay::prompts
