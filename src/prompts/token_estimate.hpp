// Estimates how many tokens a text has, conservatively. Tokenizers differ, and a prompt that a provider
// refuses or cuts is worse than a prompt that is trimmed here.
//
// Each character has a weight that depends on its script. An English letter counts about a quarter of a
// token, and a CJK ideograph more than one token. In scripts that tokenizers hardly know, each UTF-8 byte
// counts one token. The weights keep the estimate at or above the largest count of four tokenizers (OpenAI's
// o200k_base and cl100k_base, Anthropic's published one, Llama 3's) for the texts in
// testdata/token_counts.json. Only text that consists of nothing but rare ideographs is underestimated, by up
// to a fifth; Config::window_percent leaves space for that. Plain English is overestimated by about 60 %, and
// CJK by 100 % for modern tokenizers.
//
// Pure; linear; invalid UTF-8 counts by its bytes.
#pragma once

#include <string_view>

#include "base/units.hpp"
#include "core/types/message.hpp"

namespace belay::prompts {

TokenCount estimate_tokens(std::string_view text);

// What a message costs in a prompt: its text, and what a provider adds for the role and the marks around it.
// The cost depends only on the text, so it can be stored with the message.
TokenCount message_tokens(std::string_view content);

// What a message with any parts costs in a prompt: texts, calls, results, and what models charge for an image or a file
// at most. Reasoning counts as text.
TokenCount message_tokens(const Message& message);

}  // namespace belay::prompts
