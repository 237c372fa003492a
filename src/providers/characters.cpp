#include "providers/characters.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace belay::providers {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The stand-ins are U+10F000 + (surrogate - 0xD800) and U+10F800 + byte. In UTF-8 all of them begin with
// these two bytes.
constexpr std::string_view kStandInLead = "\xF4\x8F";
constexpr std::uint32_t kHalves = 0x10F000;
constexpr std::uint32_t kBytes = 0x10F800;
constexpr std::size_t kStandInSize = 4;

bool is_high(std::uint32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(std::uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

void append_four_bytes(std::uint32_t point, std::string& out) {
  out += static_cast<char>(0xF0 | point >> 18);
  out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
  out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
  out += static_cast<char>(0x80 | (point & 0x3F));
}

// The UTF-16 code unit of the escape at the front, for example "\ud83d".
std::optional<std::uint32_t> unit_at(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  for (const char c : text.substr(2, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (lower < 'a' || lower > 'f')) return std::nullopt;
    unit = unit << 4 | static_cast<std::uint32_t>(digit ? c - '0' : lower - 'a' + 10);
  }
  return unit;
}

// The escape at the front. `size` covers both escapes of a surrogate pair. `lone` is the code unit if it is a
// lone half.
struct Escape {
  std::size_t size;
  std::optional<std::uint32_t> lone;
};
Escape escape_at(std::string_view text) {
  const auto unit = unit_at(text);
  if (!unit) return {std::min<std::size_t>(2, text.size()), std::nullopt};
  if (is_low(*unit)) return {6, unit};
  if (!is_high(*unit)) return {6, std::nullopt};
  const auto next = unit_at(text.substr(6));
  if (next && is_low(*next)) return {12, std::nullopt};
  return {6, unit};
}

std::size_t size_by_lead(unsigned char lead) {
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

}  // namespace

bool repair_json(std::string_view document, std::string& out) {
  out.clear();
  bool mended = false;
  bool in_string = false;
  for (std::size_t i = 0; i < document.size();) {
    const auto c = static_cast<unsigned char>(document[i]);
    std::size_t size = 1;
    if (c == '"') {
      in_string = !in_string;
    } else if (c == '\\' && in_string) {
      const Escape escape = escape_at(document.substr(i));
      size = escape.size;
      if (escape.lone) {
        append_four_bytes(kHalves + *escape.lone - 0xD800, out);
        mended = true;
        i += size;
        continue;
      }
    } else if (c < 0x20 && in_string) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
      mended = true;
      ++i;
      continue;
    } else if (c >= 0x80) {
      const std::string_view character = document.substr(i, 4);
      if (valid_utf8_prefix(character) == 0) {
        append_four_bytes(kBytes + c, out);
        mended = true;
        ++i;
        continue;
      }
      size = size_by_lead(c);
    }
    out += document.substr(i, size);
    i += size;
  }
  return mended;
}

void CharacterJoiner::push(std::string_view piece, bool has_placeholders, std::string& out) {
  while (!piece.empty()) {
    std::size_t plain = has_placeholders ? piece.find(kStandInLead) : std::string_view::npos;
    const bool stands_in = plain != std::string_view::npos && plain + kStandInSize <= piece.size();
    if (!stands_in) plain = piece.size();
    if (plain != 0) {
      drop_high(out);
      bytes_.push(piece.substr(0, plain), out);
      piece.remove_prefix(plain);
    }
    if (!stands_in) continue;
    const auto bits = [&](std::size_t at) { return static_cast<std::uint32_t>(piece[at]) & 0x3F; };
    const std::uint32_t point = 0x10F000 | bits(2) << 6 | bits(3);
    if (point < kBytes) {
      take_half(static_cast<std::uint16_t>(point - kHalves + 0xD800), out);
    } else if (point >= kBytes + 0x80 && point <= kBytes + 0xFF) {
      drop_high(out);
      const char byte = static_cast<char>(point - kBytes);
      bytes_.push({&byte, 1}, out);
    } else {
      drop_high(out);
      bytes_.push(piece.substr(0, kStandInSize), out);
    }
    piece.remove_prefix(kStandInSize);
  }
}

void CharacterJoiner::take_half(std::uint16_t unit, std::string& out) {
  bytes_.finish(out);
  if (high_ != 0 && is_low(unit)) {
    append_four_bytes(0x10000 + ((high_ - 0xD800u) << 10) + (unit - 0xDC00u), out);
    high_ = 0;
    return;
  }
  drop_high(out);
  if (is_high(unit))
    high_ = unit;
  else
    out += kReplacement;
}

void CharacterJoiner::drop_high(std::string& out) {
  if (high_ == 0) return;
  out += kReplacement;
  high_ = 0;
}

void CharacterJoiner::finish(std::string& out) {
  drop_high(out);
  bytes_.finish(out);
}

std::string joined(std::string_view text, bool has_placeholders) {
  if (!has_placeholders) return std::string(text);
  std::string out;
  CharacterJoiner joiner;
  joiner.push(text, true, out);
  joiner.finish(out);
  return out;
}

void mend_escapes(std::string& json) {
  for (std::size_t i = json.find('\\'); i != std::string::npos && i < json.size();) {
    const Escape escape = escape_at(std::string_view(json).substr(i));
    if (escape.lone) json.replace(i, 6, "\\ufffd");
    i = json.find('\\', i + escape.size);
  }
}

bool is_blank(std::string_view text) {
  constexpr std::array<std::string_view, 10> kInvisible = {
      "\xC2\xA0",      // no-break space
      "\xC2\xAD",      // soft hyphen
      "\xE1\x9A\x80",  // ogham space
      "\xE1\xA0\x8E",  // vowel separator
      "\xE2\x81\x9F",  // mathematical space
      "\xE2\x81\xA0",  // word joiner
      "\xE2\x80\xAF",  // narrow space
      "\xE3\x80\x80",  // ideographic space
      "\xE3\x85\xA4",  // hangul filler
      "\xEF\xBB\xBF",  // byte order mark
  };
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    if (c <= 0x20 || c == 0x7F) {
      text.remove_prefix(1);
      continue;
    }
    if (c < 0x80) return false;
    // U+2000 … U+200F are spaces, joiners and direction marks; U+2028 and U+2029 are the line and paragraph
    // separators.
    const auto third = text.size() < 3 ? 0 : static_cast<unsigned char>(text[2]);
    if (text.starts_with("\xE2\x80") &&
        ((third >= 0x80 && third <= 0x8F) || third == 0xA8 || third == 0xA9)) {
      text.remove_prefix(3);
      continue;
    }
    const auto found = std::find_if(kInvisible.begin(), kInvisible.end(),
                                    [&](std::string_view one) { return text.starts_with(one); });
    if (found == kInvisible.end()) return false;
    text.remove_prefix(found->size());
  }
  return true;
}

}  // namespace belay::providers
