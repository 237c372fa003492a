// Characters that nobody types and nobody sees, but that terminals and some models obey.
#pragma once

#include <string>
#include <string_view>

namespace belay {

// Removes control characters except tab and newline (CR LF becomes LF), the Unicode controls for text direction, tag
// characters and line separators. Input and output are valid UTF-8.
std::string without_control_characters(std::string_view text);

}  // namespace belay
