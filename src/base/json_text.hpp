// The body of a JSON string (RFC 8259, section 7): what stands between the quotes.
#pragma once

#include <string>
#include <string_view>

namespace belay {

// `text` is valid UTF-8. Escapes quotes, backslashes and control characters, nothing else.
void append_json_text(std::string_view text, std::string& out);

}  // namespace belay
