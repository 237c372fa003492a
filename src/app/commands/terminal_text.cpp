#include "app/commands/terminal_text.hpp"

namespace belay::app {
namespace {

// Whether the character could make a terminal act, or show the line in another order.
bool is_command(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return (byte(0) < 0x20 && byte(0) != '\n' && byte(0) != '\t') || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;  // U+0080 … U+009F
  if (character.size() != 3 || byte(0) != 0xE2) return false;
  if (byte(1) == 0x80) return byte(2) >= 0xAA && byte(2) <= 0xAE;  // U+202A … U+202E
  return byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;    // U+2066 … U+2069
}

// `text` is valid UTF-8.
std::string without_commands(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
    const std::string_view character = text.substr(0, size);
    if (!is_command(character)) plain.append(character);
    text.remove_prefix(size);
  }
  return plain;
}

}  // namespace

std::string TerminalText::take(std::string_view piece) {
  std::string text;
  joiner_.push(piece, text);
  return without_commands(text);
}

std::string TerminalText::finish() {
  std::string text;
  joiner_.finish(text);
  return text;
}

std::string terminal_text(std::string_view text) {
  TerminalText whole;
  std::string plain = whole.take(text);
  return plain.append(whole.finish());
}

}  // namespace belay::app
