// What an answer costs, by the catalogue's price.
//
// Input that the provider had cached is charged at the cached price, the rest of the input and all output
// (reasoning included) at theirs. List prices alone: surcharges of a provider (long prompts, cache writes)
// and discounts are not known here.
#pragma once

#include "core/chat.hpp"
#include "core/provider.hpp"

namespace belay {

// Rounded up to a whole nano-dollar.
NanoDollars cost_of(const ModelPrice& price, const Usage& usage);

// Of what is not counted, a cautious guess: most tokenizers need fewer.
TokenCount estimate_tokens(std::uint64_t bytes);
// Fills in what the provider did not count of its own accord.
void complete_estimate(Usage& usage, std::uint64_t prompt_bytes, std::uint64_t answer_bytes);
// Adds what another call took.
void add_usage(Usage& sum, const Usage& more);
// All of the text that a request sends.
std::uint64_t prompt_bytes(const GenerationRequest& request);

}  // namespace belay
