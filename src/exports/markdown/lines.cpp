#include "exports/markdown/lines.hpp"

#include <algorithm>

namespace belay::exports {
namespace {

// Returns the size of the sign of a list item at the beginning of a text, with the space behind it. 0: none.
std::size_t list_sign_size(std::string_view text) {
  std::size_t size = 0;
  if (text.starts_with('-') || text.starts_with('*') || text.starts_with('+')) {
    size = 1;
  } else {
    while (size < text.size() && size < 10 && text[size] >= '0' && text[size] <= '9') ++size;
    if (size == 0 || size == 10 || size == text.size() || (text[size] != '.' && text[size] != ')')) return 0;
    ++size;
  }
  return size < text.size() && (text[size] == ' ' || text[size] == '\t') ? size + 1 : 0;
}

}  // namespace

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

std::string_view quote_prefix(std::string_view line) {
  return line.substr(0, std::min(line.find_first_not_of(" \t>"), line.size()));
}

std::string_view container_prefix(std::string_view line) {
  std::size_t size = quote_prefix(line).size();
  while (const std::size_t sign = list_sign_size(line.substr(size)))
    size += sign + quote_prefix(line.substr(size + sign)).size();
  return line.substr(0, size);
}

}  // namespace belay::exports
