// Compares two JSON texts. White space, escapes and the order of members do not matter.
#pragma once

#include <string_view>

namespace belay::providers {

// Also false if one of them is not JSON, unless both have the same bytes.
bool same_json(std::string_view a, std::string_view b);

}  // namespace belay::providers
