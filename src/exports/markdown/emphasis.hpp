// Emphasis beside the punctuation of scripts that put no space between words.
//
// CommonMark does not end the emphasis in "**注意：**请看": a mark between punctuation and a letter can only begin
// it. Models write such marks often, and the asterisks would then be shown. A form feed beside the mark,
// which CommonMark takes as a space, makes the mark end (or begin) the emphasis.
//
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace belay::exports {

// A character that prepare_emphasis() inserts. The parser's output must not show it.
inline constexpr char kEmphasisSpace = '\f';

// Inserts kEmphasisSpace where a run of asterisks stands between non-ASCII punctuation and a letter, or
// between punctuation and a non-ASCII letter. Code blocks between fences stay as they are.
std::string prepare_emphasis(std::string_view text);

}  // namespace belay::exports
