#include "prompts/hygiene.hpp"

#include <cstdint>

namespace belay::prompts {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t size;
};

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (lead < 0xF0) return {(lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  return {(lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
}

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

std::string fenced(std::string_view label, std::string_view data) {
  std::string out = "<data label=\"";
  out.append(label).append("\">\n");
  while (!data.empty()) {
    // Every "<data" and "</data" in it loses its bracket, in any letter case.
    const std::size_t open = data.find('<');
    out.append(data.substr(0, open));
    if (open == std::string_view::npos) break;
    data.remove_prefix(open + 1);
    std::string_view name = data;
    if (!name.empty() && name.front() == '/') name.remove_prefix(1);
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    bool ours = name.size() >= 4;
    for (std::size_t i = 0; ours && i < 4; ++i) ours = lower(name[i]) == "data"[i];
    out.append(ours ? "&lt;" : "<");
  }
  if (out.back() != '\n') out.push_back('\n');
  return out.append("</data>");
}

}  // namespace belay::prompts
