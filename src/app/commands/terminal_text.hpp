// What a server sends, made into text that a terminal only shows: no control characters (C0, DEL and C1, but
// newline and tab), no direction overrides that make a line read as another one.
//
// A terminal takes U+0080 to U+009F, also in UTF-8, for the beginnings of commands: U+009B is "ESC [".
// Without their first character the rest of a command is plain text, in whatever pieces it comes. Broken
// UTF-8 becomes U+FFFD, so that no byte of it can be one of those.
#pragma once

#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace belay::app {

// A text that comes in pieces, which may split a character.
class TerminalText {
 public:
  std::string take(std::string_view piece);
  // The end of the text: what was held back of a character.
  std::string finish();

 private:
  Utf8Joiner joiner_;
};

// A whole text.
std::string terminal_text(std::string_view text);

}  // namespace belay::app
