// What keeps data from being read as instructions (requirement A10).
//
// Two rules. User text never becomes part of a system prompt. Whatever else a client sends along (context,
// uploads) goes to the model as a message of its own, between two marks that say that it is data. The data
// can not end its own fence: the marks carry a digest of what stands between them, so nothing inside can name
// it, and what looks like a mark inside is broken up.
#pragma once

#include <string>
#include <string_view>

namespace belay::prompts {

// Takes out what nobody types and some models obey: control characters but tab and newline (CR LF becomes
// LF), the Unicode controls for text direction, tag characters and line separators. Valid UTF-8 in and out.
std::string without_control_characters(std::string_view text);

// Whether a person would see anything of it: some character that is no space, no control character and none
// of those that Unicode lets readers pass over (zero-width characters, soft hyphen, variation selectors,
// tags, fillers). `text` is valid UTF-8.
bool has_visible_text(std::string_view text);

// "<data label="context" id="8214bbf95bad9dde">\n…\n</data id="8214bbf95bad9dde">". `label` is a word of
// ours, `data` valid UTF-8. The same data gives the same text, so prompts can be compared and cached.
//
// In the data, the bracket of anything that reads as one of these marks becomes "&lt;": in any letter case,
// with invisible characters between, with brackets, slashes and letters of other scripts that look alike; of
// closing marks also with spaces between.
std::string fenced(std::string_view label, std::string_view data);

}  // namespace belay::prompts
