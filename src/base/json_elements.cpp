#include "base/json_elements.hpp"

namespace belay {
namespace {

std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// The position of the quote that ends the string which begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at;
}

}  // namespace

std::vector<std::string_view> json_elements(std::string_view raw) {
  raw = without_spaces(raw);
  if (raw.size() < 2) return {};
  const std::string_view inside = raw.substr(1, raw.size() - 2);
  std::vector<std::string_view> elements;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at < inside.size(); ++at) {
    const char c = inside[at];
    if (c == '"') at = end_of_string(inside, at);
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c != ',' || depth != 0) continue;
    elements.push_back(without_spaces(inside.substr(begin, at - begin)));
    begin = at + 1;
  }
  if (const auto last = without_spaces(inside.substr(begin)); !last.empty()) elements.push_back(last);
  return elements;
}

}  // namespace belay
