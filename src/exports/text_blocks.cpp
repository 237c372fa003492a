#include "exports/text_blocks.hpp"

#include <algorithm>

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

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view behind(std::string_view line, std::string_view fence) {
  return trimmed(line.substr(static_cast<std::size_t>(fence.data() - line.data()) + fence.size()));
}

}  // namespace

TextBlocks split_blocks(std::string_view text) {
  TextBlocks result;
  std::string_view open;  // the fence of the current code block
  std::string_view language;
  std::size_t block = 0;  // start of the current block
  const auto close_block = [&](std::size_t end) {
    if (end > block || !open.empty())
      result.blocks.push_back({!open.empty(), language, text.substr(block, end - block)});
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t next = std::min(end + 1, text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::string_view fence = fence_of(line);
    const bool opens = open.empty() && !fence.empty() &&
                       (fence.front() == '~' || behind(line, fence).find('`') == std::string_view::npos);
    const bool closes = !open.empty() && !fence.empty() && fence.front() == open.front() &&
                        fence.size() >= open.size() && behind(line, fence).empty();
    if (opens || closes) {
      close_block(at);
      block = next;
      language = {};
      open = {};
      if (opens) {
        open = fence;
        const std::string_view info = behind(line, fence);
        language = info.substr(0, info.find_first_of(" \t"));
      }
    }
    at = next;
  }
  close_block(text.size());
  result.open_fence = open;
  return result;
}

}  // namespace belay::exports
