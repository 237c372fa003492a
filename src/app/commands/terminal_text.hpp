// Turns what a server sends into text that a terminal can only show. It removes control characters (C0, DEL
// and C1, except newline and tab), and direction overrides, which make a line look like another one.
//
// A terminal takes U+0080 to U+009F, also in UTF-8, as the beginning of a command: U+009B is "ESC [". Without
// its first character the rest of a command is plain text, whatever the pieces are. Invalid UTF-8 becomes
// U+FFFD, so that none of its bytes can be such a character.
#pragma once

#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace belay::app {

// A text that arrives in pieces. A piece may end inside a character.
class TerminalText {
 public:
  std::string take(std::string_view piece);
  // Ends the text. Returns what remains of an incomplete character.
  std::string finish();

 private:
  Utf8Joiner joiner_;
};

// Converts a whole text.
std::string terminal_text(std::string_view text);

}  // namespace belay::app
