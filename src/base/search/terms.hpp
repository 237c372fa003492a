// Cuts texts of any script into the terms that a search compares (requirement C16).
//
// A term is a word in folded form: without case, without diacritics, in Unicode's compatibility form. Scripts that put
// no spaces between words (Chinese, Japanese, Thai and others), and Korean, are cut into pairs of neighbouring
// characters. The last character of such a run is a term of its own, so every character begins exactly one term. Each
// emoji is a term; skin tones and the characters that join emoji are ignored.
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace belay::search {

inline constexpr std::size_t kMaxTermBytes = 64;  // a longer word is cut

struct Term {
  enum class Kind {
    word,
    pair,  // of characters, or the last one of a run
    emoji
  };
  Kind kind = Kind::word;
  std::string_view text;  // folded; valid only during the call
  // Where it is in the text, in bytes. Of a pair: its first character only.
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t run = 0;  // pairs of one run have the same number
};

// Calls `take` for each term in order, until it returns false. Broken UTF-8 separates words.
void each_term(std::string_view text, const std::function<bool(const Term&)>& take);

}  // namespace belay::search
