// The body of a JSON string (RFC 8259, section 7): the text between the quotes.
#pragma once

#include <string>
#include <string_view>

namespace belay {

// Appends `text` to `out` with quotes, backslashes and control characters escaped, and nothing else. `text`
// must be valid UTF-8.
void append_json_text(std::string_view text, std::string& out);

}  // namespace belay
