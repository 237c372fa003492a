#include "base/control_characters.hpp"

#include "base/code_point.hpp"

namespace belay {
namespace {

bool is_unwanted(char32_t c) {
  if (c == '\n' || c == '\t') return false;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return true;        // C0, DEL, C1
  if (c == 0x200E || c == 0x200F || c == 0x061C) return true;  // direction marks
  if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
    return true;                                               // embeddings, overrides, isolates
  if (c == 0x2028 || c == 0x2029 || c == 0xFEFF) return true;  // separators, byte order mark
  return c >= 0xE0000 && c <= 0xE007F;                         // tags: invisible text
}

}  // namespace

std::string without_control_characters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    if (!is_unwanted(c.value)) out.append(text.substr(0, c.size));
    text.remove_prefix(c.size);
  }
  return out;
}

}  // namespace belay
