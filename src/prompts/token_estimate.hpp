// How many tokens a text may be, on the safe side: tokenizers differ, and a prompt that is cut by the
// provider is worse than one that is trimmed here. Latin letters come to at most one token for three bytes in
// practice, digits and punctuation to one for each, and other scripts to up to one and a half a character.
#pragma once

#include <string_view>

#include "base/units.hpp"

namespace belay::prompts {

TokenCount estimate_tokens(std::string_view text);

}  // namespace belay::prompts
