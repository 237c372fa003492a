// The title of a conversation that nobody has named: the beginning of its first question.
#pragma once

#include <string>
#include <string_view>

namespace belay {

// The first line that says something, without control characters, cut to 80 bytes. Of a line, what comes after bytes
// that are not UTF-8 is left out. Empty: no line says anything.
std::string title_of_question(std::string_view text);

}  // namespace belay
