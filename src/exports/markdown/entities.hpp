// Character references of HTML in Markdown, for example "&amp;" or "&#8212;".
//
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace belay::exports {

// Returns the character that a reference stands for, in UTF-8. A name that is not in the table is returned as
// it is written. A number that is no character becomes U+FFFD. Control characters become U+FFFD too.
std::string decode_entity(std::string_view reference);

}  // namespace belay::exports
