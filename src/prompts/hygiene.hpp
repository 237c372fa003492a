// Prevents data from being read as instructions (requirement A10).
//
// There are two rules. First, user text never becomes part of a system prompt. Second, everything else that a
// client sends (context, uploads) goes to the model as a separate message, between two marks that say that it
// is data. The data cannot close its own fence. The marks contain a digest of the text between them, so no
// text inside can contain the right mark. Text inside that looks like a mark is changed so that it is no
// mark.
#pragma once

#include <string>
#include <string_view>

#include "base/control_characters.hpp"

namespace belay::prompts {

// Models obey some characters that nobody types and nobody sees.
using belay::without_control_characters;

// Whether a person would see anything in the text. It must contain a character that is not a space, not a
// control character, and not one of the characters that Unicode allows readers to ignore (zero-width
// characters, soft hyphen, variation selectors, tags, fillers). `text` must be valid UTF-8.
bool has_visible_text(std::string_view text);

// Returns "<data label="context" id="8214bbf95bad9dde">\n…\n</data id="8214bbf95bad9dde">". `label` is a word
// chosen by us; `data` must be valid UTF-8. The same data gives the same text, so prompts can be compared and
// cached.
//
// In the data, the bracket of everything that reads as one of these marks becomes "&lt;". This covers any
// letter case, invisible characters in between, and brackets, slashes and letters of other scripts that look
// similar. For closing marks, it also covers spaces in between.
std::string fenced(std::string_view label, std::string_view data);

}  // namespace belay::prompts
