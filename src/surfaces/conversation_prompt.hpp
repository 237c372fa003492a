// Builds a prompt from a stored conversation. Reads messages from the newest back, as many as the model's
// context window can hold.
#pragma once

#include "base/thread_pool.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/run/engine.hpp"
#include "prompts/conversation_prompt.hpp"

namespace belay::surfaces {

// The prompt includes every answer whose end a client has seen. Fails like
// prompts::ConversationPrompt::begin() before anything is read, or like the engine or the store. Engine and
// store must outlive the call.
Awaitable<Result<prompts::BuiltPrompt>> build_conversation_prompt(Loop& loop, Engine& engine,
                                                                  ConversationStore& store,
                                                                  prompts::Config config, Model model,
                                                                  ConversationKey conversation,
                                                                  prompts::ConversationFacts facts);

}  // namespace belay::surfaces
