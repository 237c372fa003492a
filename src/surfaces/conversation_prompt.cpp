#include "surfaces/conversation_prompt.hpp"

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
    auto look_up = [&store, conversation = std::move(conversation),
                    budget](UniqueFunction<void(Result<std::vector<StoredMessage>>)> done) mutable {
      store.newest_for_prompt(std::move(conversation), budget, std::move(done));
    };
    const auto older = co_await await_callback<Result<std::vector<StoredMessage>>>(loop, std::move(look_up));
    if (!older) co_return older.error();
    for (auto message = older->rbegin(); message != older->rend(); ++message)
      if (!prompt->add_older(message->role, message->content, message->tokens)) break;
  }
  co_return std::move(*prompt).finish();
}

}  // namespace belay::surfaces
