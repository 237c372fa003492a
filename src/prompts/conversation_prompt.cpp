#include "prompts/conversation_prompt.hpp"

#include <algorithm>
#include <iterator>

#include "prompts/hygiene.hpp"
#include "prompts/token_estimate.hpp"

namespace belay::prompts {

TokenCount prompt_budget(const Config& config, const Model& model) {
  const std::uint64_t window = model.window.value;
  const std::uint64_t before_answer = window - std::min(window, model.max_output.value);
  return {std::min(before_answer, window * config.window_percent / 100)};
}

Result<ConversationPrompt> ConversationPrompt::begin(const Config& config, const Model& model,
                                                     ConversationFacts facts) {
  BuiltPrompt newest;
  if (!config.preamble.empty()) newest.system.append(config.preamble).append("\n\n");
  newest.system.append(facts.system);
  if (!facts.context.empty())
    newest.messages.push_back(
        {Role::user, fenced(facts.context_label, without_control_characters(facts.context))});
  newest.messages.push_back({Role::user, without_control_characters(facts.message)});

  std::uint64_t needed = newest.system.empty() ? 0 : message_tokens(newest.system).value;
  for (const Message& message : newest.messages) needed += message_tokens(message.content).value;
  const std::uint64_t budget = prompt_budget(config, model).value;
  if (needed > budget)
    return make_error(ErrorCode::unprocessable,
                      "The message is too long for the model \"" + model.alias +
                          "\". Shorten it, or choose a model with a larger window.",
                      std::string(facts.field));
  return ConversationPrompt(std::move(newest), {budget - needed});
}

bool ConversationPrompt::add_older(Role role, std::string_view content, TokenCount tokens) {
  const std::size_t kept = window_.kept();
  wants_older_ = wants_older_ && window_.offer(role, tokens);
  // offer() returns false for the last message that can be used, too. That message is kept.
  if (wants_older_ || window_.kept() > kept) older_.push_back({role, without_control_characters(content)});
  return wants_older_;
}

BuiltPrompt ConversationPrompt::finish() && {
  older_.resize(window_.kept());
  std::reverse(older_.begin(), older_.end());
  older_.insert(older_.end(), std::make_move_iterator(newest_.messages.begin()),
                std::make_move_iterator(newest_.messages.end()));
  newest_.messages = std::move(older_);
  return std::move(newest_);
}

}  // namespace belay::prompts
