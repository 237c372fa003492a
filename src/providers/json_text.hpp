// Writing JSON as text: requests are built once each, so a document in memory would only be in the way.
#pragma once

#include <string>
#include <string_view>

namespace belay::providers {

// Appends `text` (valid UTF-8) as a JSON string, quotes included.
void append_json_string(std::string_view text, std::string& out);

}  // namespace belay::providers
