// What keeps data from being read as instructions (requirement A10).
//
// Two rules. User text never becomes part of a system prompt. Whatever else a client sends along (context,
// uploads) goes to the model as a message of its own, between two marks that say that it is data; the same
// marks inside it are broken up, so that it can not end its own fence.
#pragma once

#include <string>
#include <string_view>

namespace belay::prompts {

// Takes out what nobody types and some models obey: control characters but tab and newline (CR LF becomes
// LF), the Unicode controls for text direction, tag characters and line separators. Valid UTF-8 in and out.
std::string without_control_characters(std::string_view text);

// "<data label="context">\n…\n</data>". `label` is a word of ours.
std::string fenced(std::string_view label, std::string_view data);

}  // namespace belay::prompts
