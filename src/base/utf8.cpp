#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace belay {
namespace {

// What a lead byte requires: the length of the character, and the range of second bytes that excludes
// overlong forms, surrogates and code points above U+10FFFF (Unicode standard, table 3-7). Size 0: the byte
// cannot start a character.
struct Lead {
  unsigned char size, second_low, second_high;
};

constexpr Lead lead(unsigned char c) {
  if (c < 0x80) return {1, 0, 0};
  if (c >= 0xC2 && c <= 0xDF) return {2, 0x80, 0xBF};
  if (c == 0xE0) return {3, 0xA0, 0xBF};
  if (c == 0xED) return {3, 0x80, 0x9F};
  if (c >= 0xE1 && c <= 0xEF) return {3, 0x80, 0xBF};
  if (c == 0xF0) return {4, 0x90, 0xBF};
  if (c >= 0xF1 && c <= 0xF3) return {4, 0x80, 0xBF};
  if (c == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

enum class Form { whole, partial, broken };

struct Character {
  Form form;
  std::size_t size;  // of the character, or of its maximal valid part (at least 1)
};

Character character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead want = lead(byte(0));
  if (want.size == 0) return {Form::broken, 1};
  for (std::size_t i = 1; i < want.size; ++i) {
    if (i == text.size()) return {Form::partial, i};
    const unsigned char low = i == 1 ? want.second_low : 0x80;
    const unsigned char high = i == 1 ? want.second_high : 0xBF;
    if (byte(i) < low || byte(i) > high) return {Form::broken, i};
  }
  return {Form::whole, want.size};
}

std::size_t ascii_prefix(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if (word & 0x8080808080808080u) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t i = 0;
  for (;;) {
    i += ascii_prefix(text.substr(i));
    if (i == text.size()) return i;
    const Character c = character_at(text.substr(i));
    if (c.form != Form::whole) return i;
    i += c.size;
  }
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

void Utf8Joiner::push(std::string_view piece, std::string& out) {
  while (held_size_ != 0 && !piece.empty()) {
    held_[held_size_++] = piece.front();
    const Character c = character_at({held_, held_size_});
    if (c.form == Form::broken) {
      // The new byte does not belong to the held character: it stays in the piece and starts the next one.
      --held_size_;
      finish(out);
      break;
    }
    piece.remove_prefix(1);
    if (c.form == Form::whole) {
      out.append(held_, held_size_);
      held_size_ = 0;
    }
  }
  while (!piece.empty()) {
    const std::size_t valid = valid_utf8_prefix(piece);
    out.append(piece.substr(0, valid));
    piece.remove_prefix(valid);
    if (piece.empty()) return;
    const Character c = character_at(piece);
    if (c.form == Form::partial) {
      std::memcpy(held_, piece.data(), piece.size());
      held_size_ = static_cast<unsigned char>(piece.size());
      return;
    }
    out.append(kReplacement);
    piece.remove_prefix(c.size);
  }
}

void Utf8Joiner::finish(std::string& out) {
  if (held_size_ == 0) return;
  out.append(kReplacement);
  held_size_ = 0;
}

}  // namespace belay
