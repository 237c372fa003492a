#include "core/types/title.hpp"

#include <algorithm>

#include "base/code_point.hpp"
#include "base/control_characters.hpp"
#include "base/utf8.hpp"

namespace belay {
namespace {

constexpr std::size_t kMaxTitle = 80;  // bytes
constexpr std::size_t kMaxRead = 800;  // bytes of a line: what comes after them is not looked at

// The line without what does not belong into a title.
std::string plain(std::string_view line) {
  std::string text = without_control_characters(line.substr(0, valid_utf8_prefix(line)));
  std::replace(text.begin(), text.end(), '\t', ' ');
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

}  // namespace

std::string title_of_question(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view beginning = line.substr(0, cut_before(line, kMaxRead));
    const std::string title = plain(beginning);
    if (title.empty()) continue;
    if (title.size() <= kMaxTitle && beginning.size() == line.size()) return title;
    return title.substr(0, cut_before(title, kMaxTitle)) + "…";
  }
  return {};
}

}  // namespace belay
