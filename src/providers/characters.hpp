// Characters that a provider's JSON holds in halves.
//
// A server that cuts its text without regard to characters sends one half of a UTF-16 pair ("\ud83d"), or the
// first bytes of a UTF-8 character, in one event and the rest in the next. Neither event is valid JSON, so
// simdjson refuses it. mend_json() then puts a stand-in for each half, a character of private use, and
// CharacterJoiner makes whole characters of what is read. A half whose other half never comes becomes U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace belay::providers {

// Writes the document with stand-ins to `out`; raw control characters within strings become escapes. False:
// there is nothing to mend.
bool mend_json(std::string_view document, std::string& out);

// Makes valid UTF-8 of a text's pieces.
class CharacterJoiner {
 public:
  // Appends what the piece completes. `has_stand_ins`: the piece is from a document that was mended.
  void push(std::string_view piece, bool has_stand_ins, std::string& out);
  // Nothing follows: a half that is held is a lone one.
  void finish(std::string& out);
  // Whether a half is held. Where not, and without stand-ins, push() appends the piece unchanged.
  bool holding() const { return high_ != 0 || bytes_.holding(); }

 private:
  void take_half(std::uint16_t unit, std::string& out);
  void drop_high(std::string& out);

  std::uint16_t high_ = 0;  // the first half of a UTF-16 pair
  Utf8Joiner bytes_;
};

// A whole text.
std::string joined(std::string_view text, bool has_stand_ins);

// Within a JSON text: the escapes of lone halves become those of U+FFFD.
void mend_escapes(std::string& json);

// Whether there is nothing but white space and characters without width.
bool is_blank(std::string_view text);

}  // namespace belay::providers
