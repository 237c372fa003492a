#include "calendar/content_lines.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "calendar/file_error.hpp"

namespace belay::calendar {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

// Empty: no colon or semicolon follows it.
std::string name_of(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_name_character);
  if (end == text.end() || (*end != ':' && *end != ';')) return {};
  std::string name(text.begin(), end);
  for (char& c : name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return name;
}

}  // namespace

std::string_view ContentLine::value() const {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == ':' && !quoted) return std::string_view(text).substr(i + 1);
  }
  return {};
}

ContentLines::ContentLines(std::string_view bytes) : rest_(bytes) {
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

std::string_view ContentLines::take_physical_line() {
  const std::size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end);
  rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : std::min<std::size_t>(1, rest_.size()));
  ++number_;
  return line;
}

Result<bool> ContentLines::next(ContentLine& line) {
  line.text.clear();
  while (line.text.empty()) {
    if (rest_.empty()) return false;
    line.text = take_physical_line();
    line.number = number_;
  }
  while (rest_.starts_with(' ') || rest_.starts_with('\t')) line.text += take_physical_line().substr(1);
  if (!is_valid_utf8(line.text))
    return file_error(line.number, "the text is not UTF-8. Export the calendar as UTF-8.");
  if (line.text.find('\0') != std::string::npos)
    return file_error(line.number, "there is a zero byte. The file is broken, or is no calendar.");
  line.name = name_of(line.text);
  return true;
}

}  // namespace belay::calendar
