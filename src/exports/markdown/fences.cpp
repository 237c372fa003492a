#include "exports/markdown/fences.hpp"

#include <algorithm>

#include "exports/markdown/lines.hpp"

namespace belay::exports {
namespace {

// Returns the run of fence characters at the beginning of a line, after at most three spaces. Empty: the line
// is no fence.
std::string_view fence_of(std::string_view line) {
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  if (indent > 3) return {};
  line.remove_prefix(indent);
  if (line.empty() || (line.front() != '`' && line.front() != '~')) return {};
  const std::size_t length = std::min(line.find_first_not_of(line.front()), line.size());
  return length < 3 ? std::string_view() : line.substr(0, length);
}

}  // namespace

void Fences::add(std::string_view line) {
  const std::string_view fence = fence_of(line);
  if (fence.empty()) return;
  const std::string_view info =
      line.substr(static_cast<std::size_t>(fence.data() - line.data()) + fence.size());
  if (open_.empty()) {
    if (fence.front() == '~' || info.find('`') == info.npos) open_ = fence;
  } else if (fence.front() == open_.front() && fence.size() >= open_.size() && is_blank(info)) {
    open_ = {};
  }
}

void NestedFences::add(std::string_view line) {
  // A line outside of the quote ends its code.
  if (is_quoted_ && quote_prefix(line).find('>') == std::string_view::npos) fences_ = {};
  const bool was_open = !fences_.open().empty();
  const std::string_view prefix = was_open ? quote_prefix(line) : container_prefix(line);
  fences_.add(line.substr(prefix.size()));
  if (was_open) return;
  is_quoted_ = prefix.find('>') != prefix.npos && !fences_.open().empty();
  is_nested_ = prefix.size() > 3 || !is_blank(prefix);
}

std::string_view open_fence(std::string_view text) {
  Fences fences;
  while (!text.empty()) fences.add(take_line(text));
  return fences.open();
}

}  // namespace belay::exports
