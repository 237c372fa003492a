#include "exports/markdown/emphasis.hpp"

#include <algorithm>
#include <array>
#include <glib.h>

#include "exports/markdown/fences.hpp"
#include "exports/markdown/lines.hpp"

namespace belay::exports {
namespace {

constexpr std::size_t kMaxMark = 3;  // asterisks

bool is_space(gunichar c) {
  return c == 0 || g_unichar_isspace(c);
}

bool is_punctuation(gunichar c) {
  if (c < 0x80) return g_ascii_ispunct(static_cast<gchar>(c));
  switch (g_unichar_type(c)) {
    case G_UNICODE_CONNECT_PUNCTUATION:
    case G_UNICODE_DASH_PUNCTUATION:
    case G_UNICODE_CLOSE_PUNCTUATION:
    case G_UNICODE_FINAL_PUNCTUATION:
    case G_UNICODE_INITIAL_PUNCTUATION:
    case G_UNICODE_OTHER_PUNCTUATION:
    case G_UNICODE_OPEN_PUNCTUATION:
      return true;
    default:
      return false;
  }
}

// Whether a mark between these characters does not do what it should: `inner` is on the side of the emphasis.
bool is_misread(gunichar outer, gunichar inner) {
  return is_punctuation(inner) && !is_space(outer) && !is_punctuation(outer) &&
         (inner >= 0x80 || outer >= 0x80);
}

// Returns the character that ends before a position. 0: none.
gunichar character_before(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  std::size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && (text[begin] & 0xC0) == 0x80) --begin;
  return g_utf8_get_char_validated(text.data() + begin, static_cast<gssize>(at - begin));
}

gunichar character_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  return g_utf8_get_char_validated(text.data() + at, static_cast<gssize>(text.size() - at));
}

void append_line(std::string& out, std::string_view line) {
  std::array<bool, kMaxMark + 1> is_open{};  // by the number of asterisks
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] != '*') {
      const std::size_t size = line[at] == '\\' ? 2 : 1;
      out += line.substr(at, size);
      at += size;
      continue;
    }
    const std::size_t end = std::min(line.find_first_not_of('*', at), line.size());
    const std::size_t length = end - at;
    const gunichar before = character_before(line, at);
    const gunichar after = character_at(line, end);
    const bool closes = length <= kMaxMark && is_open[length] && !is_space(before);
    const bool opens = length <= kMaxMark && !closes && !is_space(after);
    if (closes || opens) is_open[length] = opens;
    if (opens && is_misread(before, after)) out += kEmphasisSpace;
    out.append(length, '*');
    if (closes && is_misread(after, before)) out += kEmphasisSpace;
    at = end;
  }
}

}  // namespace

std::string prepare_emphasis(std::string_view text) {
  if (text.find('*') == text.npos) return std::string(text);
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  NestedFences fences;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    fences.add(line);
    if (!fences.open().empty())
      out += line;
    else
      append_line(out, line);
    out.push_back('\n');
  }
  return out;
}

}  // namespace belay::exports
