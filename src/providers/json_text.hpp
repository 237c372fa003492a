// Writes JSON as text. Each request is built only once, so a JSON document in memory would have no benefit.
#pragma once

#include <string>
#include <string_view>

namespace belay::providers {

// Appends `text` (valid UTF-8) as a JSON string, including the quotes.
void append_json_string(std::string_view text, std::string& out);

}  // namespace belay::providers
