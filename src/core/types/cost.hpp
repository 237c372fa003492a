// What an answer costs, at the prices of the model catalogue.
//
// Input tokens that came from the provider's cache are charged at the cached price. The rest of the input and
// all output (reasoning included) are charged at the normal prices. Only list prices are used: a provider's
// surcharges (long prompts, cache writes) and discounts are not known here.
#pragma once

#include "core/types/message.hpp"

namespace belay {

// Rounded up to a whole nano-dollar.
NanoDollars cost_of(const ModelPrice& price, const Usage& usage);

// A conservative estimate for text whose tokens are not counted: most tokenizers need fewer tokens.
TokenCount estimate_tokens(std::uint64_t bytes);
// Fills in the counts that the provider did not report.
void complete_estimate(Usage& usage, std::uint64_t prompt_bytes, std::uint64_t answer_bytes);
// Adds the usage of another call to `sum`.
void add_usage(Usage& sum, const Usage& more);

}  // namespace belay
