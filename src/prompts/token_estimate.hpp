// How many tokens a text may be, on the safe side: tokenizers differ, and a prompt that a provider refuses or
// cuts is worse than one that is trimmed here.
//
// Each character has a weight by its script: English letters come to a fourth of a token, CJK ideographs to
// more than one, scripts that tokenizers hardly know to one for each UTF-8 byte. The weights hold the
// estimate at or above the largest count of four tokenizers (OpenAI's o200k_base and cl100k_base, Anthropic's
// published one, Llama 3's) over the texts in testdata/token_counts.json; only a text of nothing but rare
// ideographs is underestimated, by up to a fifth, which Config::window_percent leaves room for. Plain English
// is overestimated by about 60 %, modern tokenizers' CJK by 100 %.
//
// Pure; linear; broken UTF-8 counts by its bytes.
#pragma once

#include <string_view>

#include "base/units.hpp"

namespace belay::prompts {

TokenCount estimate_tokens(std::string_view text);

// What a message costs in a prompt: its text, and what a provider adds for the role and marks around it. It
// depends on the text alone, so it can be stored with the message.
TokenCount message_tokens(std::string_view content);

}  // namespace belay::prompts
