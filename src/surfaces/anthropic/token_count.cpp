#include "surfaces/anthropic/token_count.hpp"

#include "prompts/token_estimate.hpp"

namespace belay::surfaces::anthropic {

TokenCount count_prompt(std::string_view system, const std::vector<Message>& messages,
                        const std::vector<Tool>& tools) {
  TokenCount count;
  if (!system.empty()) count.value += prompts::message_tokens(system).value;
  for (const Message& message : messages) count.value += prompts::message_tokens(message).value;
  for (const Tool& tool : tools)
    count.value += prompts::message_tokens(tool.name).value +
                   prompts::estimate_tokens(tool.description).value +
                   prompts::estimate_tokens(tool.schema).value;
  return count;
}

}  // namespace belay::surfaces::anthropic
