// Repairs characters that a provider's JSON contains in halves.
//
// Some servers cut text inside a character. They send one half of a UTF-16 surrogate pair ("\ud83d"), or the
// first bytes of a UTF-8 character, in one event and the rest in the next. Neither event is valid JSON, so
// simdjson rejects it. repair_json() then replaces each half by a stand-in, which is a private-use character,
// and CharacterJoiner joins the halves into complete characters. A half without its other half becomes
// U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace belay::providers {

// Writes the document with stand-ins to `out`. Raw control characters within strings become escapes. Returns
// false if there is nothing to repair.
bool repair_json(std::string_view document, std::string& out);

// Makes valid UTF-8 from the pieces of a text.
class CharacterJoiner {
 public:
  // Appends the characters that the piece completes. `has_placeholders`: the piece is from a repaired document.
  void push(std::string_view piece, bool has_placeholders, std::string& out);
  // No more pieces follow: a pending half becomes U+FFFD.
  void finish(std::string& out);
  // Whether a half is pending. If none is, and the piece has no stand-ins, push() appends the piece
  // unchanged.
  bool holding() const { return high_ != 0 || bytes_.holding(); }

 private:
  void take_half(std::uint16_t unit, std::string& out);
  void drop_high(std::string& out);

  std::uint16_t high_ = 0;  // the first half of a UTF-16 pair
  Utf8Joiner bytes_;
};

// Joins a complete text.
std::string joined(std::string_view text, bool has_placeholders);

// Within a JSON text: replaces escapes of lone halves by the escape of U+FFFD.
void mend_escapes(std::string& json);

// Whether the text contains only white space and zero-width characters.
bool is_blank(std::string_view text);

}  // namespace belay::providers
