#include "surfaces/conversation_prompt.hpp"

#include "base/await.hpp"

namespace belay::surfaces {

Awaitable<Result<prompts::BuiltPrompt>> build_conversation_prompt(Loop& loop, Engine& engine,
                                                                  ConversationStore& store,
                                                                  prompts::Config config, Model model,
                                                                  ConversationKey conversation,
                                                                  prompts::ConversationFacts facts) {
  auto prompt = prompts::ConversationPrompt::begin(config, model, std::move(facts));
  if (!prompt) co_return prompt.error();
  if (prompt->wants_older()) {
    const auto settled = co_await engine.wait_for_settlement(loop, conversation);
    if (!settled) co_return settled.error();
    PromptBudget budget;
    budget.tokens = prompts::prompt_budget(config, model);
    budget.messages = config.history_messages;
    const auto older = co_await call<&ConversationStore::newest_for_prompt>(loop, Deadline::never(), store,
                                                                            conversation, budget);
    if (!older) co_return older.error();
    for (auto message = older->rbegin(); message != older->rend(); ++message)
      if (!prompt->add_older(message->role, message->content, message->tokens)) break;
  }
  co_return std::move(*prompt).finish();
}

}  // namespace belay::surfaces
