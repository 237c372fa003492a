#include "prompts/hygiene.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <stdexcept>

#include <openssl/evp.h>

#include "base/code_point.hpp"

namespace belay::prompts {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// The Unicode properties White_Space and Default_Ignorable_Code_Point (DerivedCoreProperties.txt), control
// characters, and the blank Braille pattern. Sorted.
constexpr Range kInvisible[] = {
    {0x0000, 0x0020},   {0x007F, 0x00A0},   {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x1680, 0x1680},   {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},   {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_invisible(char32_t c) {
  const auto* const range =
      std::lower_bound(std::begin(kInvisible), std::end(kInvisible), c,
                       [](const Range& each, char32_t value) { return each.last < value; });
  return range != std::end(kInvisible) && c >= range->first;
}

// Accents that combine with the letter before them.
bool is_combining(char32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
         (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE20 && c <= 0xFE2F);
}

// Characters that people and models may take for another one. The list is not complete. That is acceptable: a
// mark made of missing characters still does not contain the fence's id.
struct Alike {
  char meant;
  std::u32string_view seen;
};
constexpr Alike kAlike[] = {
    {'<',
     U"<\uFF1C\uFE64\u2039\u2329\u27E8\u3008\u276C\u276E\u2770\u02C2\u1438\u16B2\u227A\u22D6\u29FC\uFE3F"},
    {'/', U"/\\\uFF0F\uFF3C\u2044\u2215\u2216\u29F8\u29F9\u27CB\u2571\u2572\u3033"},
    {'d',
     U"dD\u0501\u0500\u217E\u216E\u1D05\u1D48\u0257\u0256\u010F\u0111\u0110\u010E\u13E7\u146F\u15EA\u1E0B"
     U"\u1E0D"},
    {'a',
     U"aA\u0430\u0410\u03B1\u0391\u0251\u1D00\u1D43\u00AA\u00E0\u00E1\u00E2\u00E3\u00E4\u00E5\u00C0\u00C1"
     U"\u00C2\u00C3"
     U"\u00C4\u00C5\u0101\u0103\u0105\u0100\u0102\u0104\u13AA\u237A\u1EA1\u01CE"},
    {'t',
     U"tT\u0442\u0422\u03C4\u03A4\u1D1B\u1D57\u0163\u0165\u0167\u021B\u0162\u0164\u0166\u021A\u13A2\u22A4"
     U"\u27D9\u1E6D"},
};

// The plain letter of a styled one: full-width, mathematical, circled, squared or parenthesized.
char32_t without_style(char32_t c) {
  constexpr Range kAlphabets[] = {
      {0xFF21, 0xFF3A},   {0xFF41, 0xFF5A},   {0x249C, 0x24B5},   {0x24B6, 0x24CF},   {0x24D0, 0x24E9},
      {0x1F110, 0x1F129}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}, {0x1F1E6, 0x1F1FF}};
  for (const Range& alphabet : kAlphabets)
    if (c >= alphabet.first && c <= alphabet.last) return U'a' + (c - alphabet.first);
  if (c >= 0x1D400 && c <= 0x1D6A3) return U'a' + (c - 0x1D400) % 26;
  return c;
}

bool reads_as(char32_t c, char meant) {
  if (c == static_cast<char32_t>(meant)) return true;
  const char32_t plain = without_style(c);
  for (const Alike& row : kAlike)
    if (row.meant == meant && row.seen.find(plain) != row.seen.npos) return true;
  return false;
}

// Removes invisible characters from the front; spaces too, if `spaces_too` is set.
void skip_unseen(std::string_view& text, bool spaces_too) {
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    const bool is_space = c.value == ' ' || c.value == '\t' || c.value == '\n' || c.value == '\r';
    const bool unseen = is_invisible(c.value) || is_combining(c.value);
    if (!unseen || (is_space && !spaces_too)) return;
    text.remove_prefix(c.size);
  }
}

// Whether `text`, which follows an opening bracket, reads as the rest of one of our marks. Only a closing
// mark may contain spaces: "i < data.size()" is a line of program code.
bool reads_as_mark(std::string_view text) {
  bool closes = false;
  const auto take = [&](char wanted) {
    skip_unseen(text, closes);
    if (text.empty()) return false;
    const CodePoint c = first_code_point(text);
    if (!reads_as(c.value, wanted)) return false;
    text.remove_prefix(c.size);
    return true;
  };
  const std::string_view whole = text;
  closes = true;
  if (!take('/')) {
    closes = false;
    text = whole;
  }
  while (closes && take('/')) {
  }
  return take('d') && take('a') && take('t') && take('a');
}

// The first eight bytes of SHA-256, as hexadecimal digits. To find data that contains its own digest takes
// about 2^64 tries.
std::string id_of(std::string_view label, std::string_view data) {
  std::string hashed(label);
  hashed.append(1, '\0').append(data);
  std::array<unsigned char, 32> hash;
  unsigned size = 0;
  if (EVP_Digest(hashed.data(), hashed.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string id;
  for (std::size_t i = 0; i < 8; ++i) {
    id += kHex[hash[i] >> 4];
    id += kHex[hash[i] & 15];
  }
  return id;
}

}  // namespace

bool has_visible_text(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    if (!is_invisible(c.value)) return true;
    text.remove_prefix(c.size);
  }
  return false;
}

std::string fenced(std::string_view label, std::string_view data) {
  std::string inside;
  inside.reserve(data.size());
  while (!data.empty()) {
    const CodePoint c = first_code_point(data);
    const std::string_view character = data.substr(0, c.size);
    data.remove_prefix(c.size);
    const bool opens = (c.value == '<' || c.value > 0x7F) && reads_as(c.value, '<') && reads_as_mark(data);
    inside.append(opens ? std::string_view("&lt;") : character);
  }
  if (!inside.empty() && inside.back() != '\n') inside.push_back('\n');
  const std::string id = id_of(label, inside);
  std::string out = "<data label=\"";
  out.append(label).append("\" id=\"").append(id).append("\">\n").append(inside);
  return out.append("</data id=\"").append(id).append("\">");
}

}  // namespace belay::prompts
