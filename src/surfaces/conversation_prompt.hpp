// From a stored conversation to a prompt: reads as much of it, from the newest message back, as the model's
// window holds.
#pragma once

#include "base/workers.hpp"
#include "core/conversation_store.hpp"
#include "core/engine.hpp"
#include "prompts/conversation_prompt.hpp"

namespace belay::surfaces {

// Answers whose end a client has seen are in it. Fails as prompts::ConversationPrompt::begin() does, before
// anything is read, or as the engine or the store does. Both outlive the call.
Awaitable<Result<prompts::BuiltPrompt>> build_conversation_prompt(Loop& loop, Engine& engine,
                                                                  ConversationStore& store,
                                                                  prompts::Config config, Model model,
                                                                  ConversationKey conversation,
                                                                  prompts::ConversationFacts facts);

}  // namespace belay::surfaces
