#include "prompts/client_conversation.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "prompts/conversation_prompt.hpp"
#include "prompts/hygiene.hpp"
#include "prompts/personas.hpp"
#include "prompts/token_estimate.hpp"
#include "prompts/turn_window.hpp"
#include "prompts/valid_messages.hpp"

namespace belay::prompts {
namespace {

std::vector<Message> from_store(std::vector<StoredMessage> stored) {
  std::vector<Message> messages;
  messages.reserve(stored.size());
  for (StoredMessage& each : with_whole_answers(std::move(stored)))
    messages.push_back(message_of(std::move(each)));
  return messages;
}

// The newest complete turns that fit.
std::vector<Message> newest_of(std::vector<Message> older, TokenCount budget) {
  TurnWindow window(budget);
  for (auto message = older.rbegin(); message != older.rend(); ++message)
    if (!window.offer(message->role, message_tokens(*message))) break;
  older.erase(older.begin(), older.end() - static_cast<std::ptrdiff_t>(window.kept()));
  return older;
}

}  // namespace

Result<BuiltPrompt> ClientConversationRecipe::build(RecipeFacts facts) const {
  const std::vector<Message>& sent = chat_.sent.messages;
  if (const auto fine = check_media(chat_.sent, facts.model); !fine) return fine.error();
  const auto question_at = sent.begin() + static_cast<std::ptrdiff_t>(chat_.question);
  std::vector<Message> question(question_at, sent.end());
  if (question.empty()) question.emplace_back(Role::user, std::move(facts.instruction));
  std::vector<Message> older;
  if (chat_.is_whole)
    older.assign(sent.begin(), question_at);
  else
    older = from_store(std::move(facts.older));

  BuiltPrompt built;
  if (!facts.config.preamble.empty()) built.system.append(facts.config.preamble).append("\n\n");
  built.system.append(system_prompt(facts.persona));
  if (has_visible_text(chat_.sent.system)) {
    if (!built.system.empty()) built.system.append("\n\n");
    built.system.append(without_control_characters(chat_.sent.system));
  }
  std::uint64_t needed = built.system.empty() ? 0 : message_tokens(built.system).value;
  for (const Message& message : question) needed += message_tokens(message).value;
  const std::uint64_t budget = prompt_budget(facts.config, facts.model).value;
  if (needed > budget)
    return make_error(ErrorCode::unprocessable,
                      "The message is too long for the model \"" + facts.model.alias +
                          "\". Shorten it, or choose a model with a larger window.",
                      std::string(field_));
  std::vector<Message> messages = newest_of(std::move(older), {budget - needed});
  std::move(question.begin(), question.end(), std::back_inserter(messages));
  built.messages = valid_client_messages(std::move(messages));
  if (built.messages.empty()) return blank_message(field_);
  return built;
}

}  // namespace belay::prompts
