#include "prompts/conversation_prompt.hpp"

#include <algorithm>
#include <iterator>

#include "prompts/hygiene.hpp"
#include "prompts/token_estimate.hpp"
#include "prompts/valid_messages.hpp"

namespace belay::prompts {

TokenCount prompt_budget(const Config& config, const Model& model) {
  const std::uint64_t window = model.window.value;
  const std::uint64_t before_answer = window - std::min(window, model.max_output.value);
  return {std::min(before_answer, window * config.window_percent / 100)};
}

Error blank_message(std::string_view field) {
  return make_error(ErrorCode::unprocessable, "The message has no visible text. Write something.",
                    std::string(field));
}

Result<ConversationPrompt> ConversationPrompt::begin(const Config& config, const Model& model,
                                                     ConversationFacts facts) {
  if (!facts.continues && !has_visible_text(facts.message)) return blank_message(facts.field);
  BuiltPrompt newest;
  if (!config.preamble.empty()) newest.system.append(config.preamble).append("\n\n");
  newest.system.append(facts.system);
  if (!facts.context.empty())
    newest.messages.emplace_back(Role::user,
                                 fenced(facts.context_label, without_control_characters(facts.context)));
  if (!facts.message.empty())
    newest.messages.emplace_back(Role::user, without_control_characters(facts.message));

  std::uint64_t needed = newest.system.empty() ? 0 : message_tokens(newest.system).value;
  for (const Message& message : newest.messages) needed += message_tokens(text_of(message)).value;
  const std::uint64_t budget = prompt_budget(config, model).value;
  if (needed > budget)
    return make_error(ErrorCode::unprocessable,
                      "The message is too long for the model \"" + model.alias +
                          "\". Shorten it, or choose a model with a larger window.",
                      std::string(facts.field));
  return ConversationPrompt(std::move(newest), {budget - needed});
}

bool ConversationPrompt::add_older(Message message, TokenCount tokens) {
  const std::size_t kept = window_.kept();
  wants_older_ = wants_older_ && window_.offer(message.role, {tokens.value + call_tokens(message).value});
  // offer() returns false for the last message that can be used, too. That message is kept.
  if (wants_older_ || window_.kept() > kept) older_.push_back(std::move(message));
  return wants_older_;
}

BuiltPrompt ConversationPrompt::finish() && {
  older_.resize(window_.kept());
  std::reverse(older_.begin(), older_.end());
  older_.insert(older_.end(), std::make_move_iterator(newest_.messages.begin()),
                std::make_move_iterator(newest_.messages.end()));
  newest_.messages = valid_messages(std::move(older_));
  return std::move(newest_);
}

}  // namespace belay::prompts
