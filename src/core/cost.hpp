// What an answer costs, by the catalogue's price.
//
// Input that the provider had cached is charged at the cached price, the rest of the input and all output
// (reasoning included) at theirs. List prices alone: surcharges of a provider (long prompts, cache writes)
// and discounts are not known here.
#pragma once

#include "core/chat.hpp"

namespace belay {

// Rounded up to a whole nano-dollar.
NanoDollars cost_of(const ModelPrice& price, const Usage& usage);

}  // namespace belay
