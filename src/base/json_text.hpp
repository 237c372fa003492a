// JSON strings (RFC 8259, section 7), for documents that are written as text.
#pragma once

#include <string>
#include <string_view>

namespace belay {

// Appends `text` to `out` with quotes, backslashes and control characters escaped, and nothing else. `text`
// must be valid UTF-8.
void append_json_text(std::string_view text, std::string& out);

// The same with quotes around it.
void append_json_string(std::string_view text, std::string& out);
std::string json_string(std::string_view text);

}  // namespace belay
