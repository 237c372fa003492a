// Whether two JSON texts say the same, however they are spaced, escaped and ordered.
#pragma once

#include <string_view>

namespace belay::providers {

// False also where one of them is no JSON, unless they are the same bytes.
bool same_json(std::string_view a, std::string_view b);

}  // namespace belay::providers
