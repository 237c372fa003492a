// What is searched for, and whether and where a text matches it (requirement C16).
//
// A text matches when it has all words of the query. The last word may be the beginning of a longer one. A run of
// characters of a script without spaces is one word, and may be anywhere in the text's own runs.
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/search/terms.hpp"

namespace belay::search {

inline constexpr std::size_t kMaxQueryBytes = 200;
inline constexpr std::size_t kMaxWords = 8;
// Longer texts are searched up to here.
inline constexpr std::size_t kMaxTextBytes = 128 << 10;

struct Word {
  // One term; or the pairs of a run, which stand one after the other.
  std::vector<std::string> terms;
  // A longer term that begins with the last one matches too.
  bool is_prefix = false;
};

// Fails with `invalid_request` for a query that is too long or has nothing to search for. The error names the field "q".
Result<std::vector<Word>> parse_query(std::string_view text);

// How often one word is in a text.
struct WordCount {
  std::uint32_t whole = 0;      // as it is
  std::uint32_t beginning = 0;  // as the beginning of a longer one
};

// How well a text fits: frequent words in short texts fit best, a title better than any message. Higher is better.
double score(std::span<const WordCount> counts, std::uint64_t text_bytes, bool is_title);

struct SnippetPart {
  std::string text;
  bool is_match = false;
};

struct Match {
  std::vector<WordCount> counts;  // one for each word
  std::vector<SnippetPart> snippet;
};

// Empty: the text does not have all words. `text` must be valid UTF-8. The snippet is the part of the text with the most
// of the words, about 160 bytes, on one line; where it leaves something out, it begins or ends with "…".
std::optional<Match> match(std::span<const Word> words, std::string_view text);

}  // namespace belay::search
