#include "core/run/appendix.hpp"

#include <algorithm>
#include <utility>

namespace belay {
namespace {

// What an item costs in addition to its text.
constexpr std::size_t kItemCost = 64;

struct Fence {
  std::size_t length = 0;
  char character = 0;
  std::string_view rest;
};

// A fence: up to three spaces, then at least three of ` or ~.
Fence fence_of(std::string_view line) {
  std::size_t indent = 0;
  while (indent < line.size() && line[indent] == ' ') ++indent;
  if (indent > 3 || indent == line.size()) return {};
  const char c = line[indent];
  if (c != '`' && c != '~') return {};
  std::size_t end = indent;
  while (end < line.size() && line[end] == c) ++end;
  if (end - indent < 3) return {};
  return {end - indent, c, line.substr(end)};
}

// Whether a line that begins like this may still become a fence. Three spaces and three characters are enough
// to decide.
bool may_be_fence(std::string_view line) {
  std::string_view begin = line.substr(0, 6);
  const std::size_t indent = std::min(begin.find_first_not_of(' '), begin.size());
  if (indent > 3) return false;
  begin.remove_prefix(indent);
  if (begin.empty()) return true;
  if (begin.front() != '`' && begin.front() != '~') return false;
  const std::size_t length = std::min(begin.find_first_not_of(begin.front()), begin.size());
  return length == begin.size() || length >= 3;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

void AppendixCollector::push(std::string_view text) {
  for (;;) {
    const auto end = text.find('\n');
    const std::string_view part = text.substr(0, end);
    take(part);
    if (end == std::string_view::npos) return;
    line_ended();
    text.remove_prefix(end + 1);
  }
}

void AppendixCollector::take(std::string_view part) {
  if (line_is_plain_) return;
  // A line longer than the limit does not matter: it is not a fence, and its block does not fit.
  if (line_.size() + part.size() > max_.value + 64) {
    line_too_long_ = true;
    return;
  }
  line_.append(part);
  line_is_plain_ = fence_ == 0 && !may_be_fence(line_);
  if (line_is_plain_) line_.clear();
}

void AppendixCollector::line_ended() {
  line_is_plain_ = false;
  const std::string line = std::exchange(line_, {});
  const bool too_long = std::exchange(line_too_long_, false);
  const Fence fence = too_long ? Fence{} : fence_of(line);
  if (fence_ == 0) {
    // An info string with a backtick is inline code, not a fence.
    if (fence.length == 0 || (fence.character == '`' && fence.rest.find('`') != std::string_view::npos))
      return;
    fence_ = fence.length;
    fence_char_ = fence.character;
    const std::string_view info = trim(fence.rest);
    open_ = {"code", std::string(info.substr(0, info.find_first_of(" \t"))), {}};
    open_too_long_ = false;
    return;
  }
  if (fence.character == fence_char_ && fence.length >= fence_ && trim(fence.rest).empty()) {
    fence_ = 0;
    if (!open_too_long_ && !open_.content.empty()) {
      taken_ += kItemCost + open_.content.size() + open_.language.size();
      items_.push_back(std::move(open_));
    }
    return;
  }
  if (too_long || !fits(line.size() + 1)) {
    open_too_long_ = true;
    open_.content.clear();
  }
  if (!open_too_long_) open_.content.append(line).push_back('\n');
}

bool AppendixCollector::fits(std::size_t more) const {
  return taken_ + kItemCost + open_.language.size() + open_.content.size() + more <= max_.value;
}

void AppendixCollector::reset() {
  line_.clear();
  line_too_long_ = false;
  line_is_plain_ = false;
  fence_ = 0;
  taken_ = 0;
  items_.clear();
}

std::vector<AppendixItem> AppendixCollector::finish() {
  if (fence_ != 0 && !line_.empty()) line_ended();  // a closing fence needs no newline after it
  return std::exchange(items_, {});
}

}  // namespace belay
