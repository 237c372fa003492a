// Lines of Markdown, and what they begin with as part of quotes and lists.
//
// Pure. Results are views into the lines.
#pragma once

#include <string_view>

namespace belay::exports {

// Removes and returns the first line of a text, without its "\n".
std::string_view take_line(std::string_view& text);

// Whether a line has only spaces and tabs.
bool is_blank(std::string_view line);

// What a line begins with as part of quotes, and within items of lists: spaces and ">".
std::string_view quote_prefix(std::string_view line);

// The same, and the signs of list items: "- ", "* ", "+ ", "1. " or "1) ".
std::string_view container_prefix(std::string_view line);

}  // namespace belay::exports
