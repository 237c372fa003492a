#include "exports/markdown/document.hpp"

namespace belay::exports {

void RichText::append(std::string_view more, std::uint8_t style, std::uint32_t link) {
  if (more.empty()) return;
  text += more;
  if (!runs.empty() && runs.back().style == style && runs.back().link == link)
    runs.back().end = text.size();
  else
    runs.push_back({text.size(), style, link});
}

void RichText::append(const RichText& more) {
  std::size_t begin = 0;
  for (const Run& run : more.runs) {
    append(std::string_view(more.text).substr(begin, run.end - begin), run.style, run.link);
    begin = run.end;
  }
}

void RichText::remove_last() {
  text.pop_back();
  const std::size_t begin = runs.size() > 1 ? runs[runs.size() - 2].end : 0;
  if (text.size() == begin)
    runs.pop_back();
  else
    runs.back().end = text.size();
}

RichText RichText::plain(std::string_view text) {
  RichText result;
  result.append(without_nuls(text));
  return result;
}

std::string without_nuls(std::string_view text) {
  std::string result;
  for (std::size_t end = text.find('\0'); end != text.npos; end = text.find('\0')) {
    result.append(text.substr(0, end)).append("\uFFFD");
    text.remove_prefix(end + 1);
  }
  return result.append(text);
}

std::string_view shortened(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && (text[max_bytes] & 0xC0) == 0x80) --max_bytes;
  return text.substr(0, max_bytes);
}

}  // namespace belay::exports
