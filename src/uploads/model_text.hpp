// Says in words what an upload holds, for a model. The text fits a budget: a large file is condensed, not cut.
//
// In this order, as far as it fits: how many climbs there are and how many were sent, the dates, the trend, the
// climbs by grade, the trend by grade. Then the content itself, if the upload has it and all of it fits. If not: the climbs by
// month, what the other columns have in common, and some lines of a text. A list that does not fit is
// shortened from the easy grades or from the old months, and says what it leaves out.
//
// The text is data that a user has sent. The caller puts it between marks that say so (prompts/hygiene.hpp).
// Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/units.hpp"
#include "uploads/upload.hpp"

namespace belay::uploads {

struct TextBudget {
  std::uint64_t max = 0;
  // What a piece of text costs, in the unit of `max`: for example tokens (prompts/token_estimate.hpp). The cost of
  // the whole text is taken to be at most the sum of its lines' costs.
  std::function<std::uint64_t(std::string_view)> cost;
};

// Empty if the budget is too small for the first line.
std::string model_text(const Upload& upload, const TextBudget& budget);
// The budget in bytes.
std::string model_text(const Upload& upload, ByteCount max);

}  // namespace belay::uploads
