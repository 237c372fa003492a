#include "base/search/query.hpp"

#include <algorithm>
#include <cmath>

namespace belay::search {
namespace {

constexpr std::size_t kSnippetBefore = 40;  // bytes before the first match
constexpr std::size_t kSnippetBytes = 160;
constexpr std::size_t kMaxOccurrences = 1'000;

struct Occurrence {
  std::size_t word = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct OwnedTerm {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t run = 0;
};

std::vector<OwnedTerm> terms_of(std::string_view text) {
  std::vector<OwnedTerm> terms;
  each_term(text, [&](const Term& term) {
    terms.push_back({std::string(term.text), term.begin, term.end, term.run});
    return true;
  });
  return terms;
}

enum class Fit { none, whole, beginning };

// How the terms from here on fit the word.
Fit fit(const Word& word, std::span<const OwnedTerm> from) {
  const std::size_t size = word.terms.size();
  if (size > from.size() || from[size - 1].run != from.front().run) return Fit::none;
  for (std::size_t i = 0; i + 1 < size; ++i)
    if (from[i].text != word.terms[i]) return Fit::none;
  const std::string& last = from[size - 1].text;
  if (last == word.terms.back()) return Fit::whole;
  return word.is_prefix && last.starts_with(word.terms.back()) ? Fit::beginning : Fit::none;
}

// A pair begins with its first character; its word also takes the second one.
std::size_t end_of(const Word& word, std::span<const OwnedTerm> from) {
  const std::size_t last = word.terms.size() - 1;
  const bool has_second =
      last + 1 < from.size() && from[last + 1].run == from[last].run && from[last].text == word.terms[last];
  return has_second ? from[last + 1].end : from[last].end;
}

std::size_t boundary_before(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

// The first occurrence of the part that has the most different words.
std::size_t best_start(const std::vector<Occurrence>& found, std::size_t words) {
  std::size_t best = 0, most = 0;
  for (std::size_t i = 0; i < found.size() && most < words; ++i) {
    std::uint64_t seen = 0;
    for (std::size_t j = i; j < found.size() && found[j].end <= found[i].begin + kSnippetBytes; ++j)
      seen |= std::uint64_t{1} << found[j].word;
    std::size_t different = 0;
    for (; seen != 0; seen &= seen - 1) ++different;
    if (different > most) {
      most = different;
      best = i;
    }
  }
  return best;
}

class SnippetWriter {
 public:
  void add(std::string_view text, bool is_match) {
    if (text.empty()) return;
    if (parts_.empty() || parts_.back().is_match != is_match) parts_.push_back({{}, is_match});
    for (const char c : text) {
      const bool is_space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
      if (is_space && was_space_) continue;
      parts_.back().text.push_back(is_space ? ' ' : c);
      was_space_ = is_space;
    }
  }
  std::vector<SnippetPart> take() {
    std::erase_if(parts_, [](const SnippetPart& part) { return part.text.empty(); });
    return std::move(parts_);
  }

 private:
  std::vector<SnippetPart> parts_;
  bool was_space_ = true;
};

std::vector<SnippetPart> snippet_of(std::string_view text, const std::vector<Occurrence>& found,
                                    std::size_t words) {
  const std::size_t first = best_start(found, words);
  std::size_t begin = found[first].begin;
  begin = begin <= kSnippetBefore ? 0 : boundary_before(text, begin - kSnippetBefore);
  // Begins after a space, if there is one near.
  if (begin > 0) {
    const std::size_t space = text.find_first_of(" \n\r\t", begin);
    if (space != text.npos && space < found[first].begin) begin = space + 1;
  }
  const std::size_t wanted = std::max(begin + kSnippetBytes, found[first].end);
  const std::size_t end = wanted >= text.size() ? text.size() : boundary_before(text, wanted);
  SnippetWriter out;
  if (begin > 0) out.add("…", false);
  std::size_t at = begin;
  for (std::size_t i = first; i < found.size() && found[i].end <= end; ++i) {
    if (found[i].end <= at) continue;
    const std::size_t from = std::max(found[i].begin, at);
    out.add(text.substr(at, from - at), false);
    out.add(text.substr(from, found[i].end - from), true);
    at = found[i].end;
  }
  out.add(text.substr(at, end - at), false);
  if (end < text.size()) out.add("…", false);
  return out.take();
}

Error bad_query(const char* what) {
  return make_error(ErrorCode::invalid_request, what, "q");
}

}  // namespace

Result<std::vector<Word>> parse_query(std::string_view text) {
  if (text.size() > kMaxQueryBytes) return bad_query("q must be at most 200 bytes long.");
  std::vector<Word> words;
  std::vector<Term::Kind> kinds;
  std::size_t run = 0;
  each_term(text, [&](const Term& term) {
    if (words.empty() || term.run != run) {
      words.emplace_back();
      kinds.push_back(term.kind);
    }
    words.back().terms.emplace_back(term.text);
    run = term.run;
    return true;
  });
  if (words.empty()) return bad_query("q has no words. Give at least one letter, digit or emoji.");
  if (words.size() > kMaxWords) return bad_query("q must have at most 8 words.");
  for (std::size_t i = 0; i < words.size(); ++i) {
    // In a text, the last character of a run may be followed by others. It is in the pair before it already.
    if (words[i].terms.size() > 1)
      words[i].terms.pop_back();
    else
      words[i].is_prefix =
          kinds[i] == Term::Kind::pair || (kinds[i] == Term::Kind::word && i + 1 == words.size());
  }
  return words;
}

double score(std::span<const WordCount> counts, std::uint64_t text_bytes, bool is_title) {
  double sum = 0;
  for (const WordCount& count : counts) {
    const double weight = count.whole * 2.0 + count.beginning;
    sum += (count.whole > 0 ? 2.0 : 1.0) * (1.0 + std::log1p(weight));
  }
  const double length = 1.0 + std::log1p(static_cast<double>(text_bytes) / 200.0);
  return sum / length + (is_title ? 1'000.0 : 0.0);
}

std::optional<Match> match(std::span<const Word> words, std::string_view text) {
  text = text.substr(0, boundary_before(text, std::min(text.size(), kMaxTextBytes)));
  const std::vector<OwnedTerm> terms = terms_of(text);
  Match result;
  result.counts.resize(words.size());
  std::vector<Occurrence> found;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::span<const OwnedTerm> from = std::span(terms).subspan(i);
    for (std::size_t word = 0; word < words.size(); ++word) {
      const Fit how = fit(words[word], from);
      if (how == Fit::none) continue;
      ++(how == Fit::whole ? result.counts[word].whole : result.counts[word].beginning);
      if (found.size() < kMaxOccurrences)
        found.push_back({word, from.front().begin, end_of(words[word], from)});
    }
  }
  for (const WordCount& count : result.counts)
    if (count.whole + count.beginning == 0) return std::nullopt;
  result.snippet = snippet_of(text, found, words.size());
  return result;
}

}  // namespace belay::search
