#include "core/types/cost.hpp"

#include <algorithm>
#include <cmath>

namespace belay {

NanoDollars cost_of(const ModelPrice& price, const Usage& usage) {
  const std::uint64_t cached = std::min(usage.cached.value, usage.input.value);
  const double dollars_per_million = static_cast<double>(usage.input.value - cached) * price.input +
                                     static_cast<double>(cached) * price.cached.value_or(price.input) +
                                     static_cast<double>(usage.output.value) * price.output;
  // One dollar per million tokens is a thousand nano-dollars per token. The clamp protects against nonsense
  // counts from a provider.
  constexpr double kMax = 9e18;
  // The subtraction removes rounding errors of binary fractions, so that 0.1 * 1000 gives exactly 100 and is
  // not rounded up.
  return {static_cast<std::uint64_t>(std::ceil(std::clamp(dollars_per_million * 1000 - 1e-6, 0.0, kMax)))};
}

TokenCount estimate_tokens(std::uint64_t bytes) {
  return {(bytes + 2) / 3};
}

void complete_estimate(Usage& usage, std::uint64_t prompt_bytes, std::uint64_t answer_bytes) {
  if (usage.input.value == 0) usage.input = estimate_tokens(prompt_bytes);
  usage.output = std::max(usage.output, estimate_tokens(answer_bytes));
}

void add_usage(Usage& sum, const Usage& more) {
  sum.input.value += more.input.value;
  sum.output.value += more.output.value;
  sum.cached.value += more.cached.value;
  sum.reasoning.value += more.reasoning.value;
  sum.estimated = sum.estimated || more.estimated;
  sum.cost.value += more.cost.value;
}

}  // namespace belay
