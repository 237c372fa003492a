// How many tokens a prompt has, as `usage.input_tokens` and count_tokens say it before a provider has counted
// (requirement K34). An estimate at the upper end (prompts/token_estimate.hpp). Pure.
#pragma once

#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "core/types/message.hpp"

namespace belay::surfaces::anthropic {

TokenCount count_prompt(std::string_view system, const std::vector<Message>& messages,
                        const std::vector<Tool>& tools);

}  // namespace belay::surfaces::anthropic
