// The elements of a JSON array, as they were written.
#pragma once

#include <string_view>
#include <vector>

namespace belay {

// `raw` must be the text of an array that JsonObject::read() has accepted (base/strict_json.hpp). The elements point
// into it, without the spaces around them. Linear; no recursion.
std::vector<std::string_view> json_elements(std::string_view raw);

}  // namespace belay
