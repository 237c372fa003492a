// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF.
#pragma once

#include <string>
#include <string_view>

namespace belay {

// Length of the longest valid prefix; equals text.size() when all of it is valid.
std::size_t valid_utf8_prefix(std::string_view text);
inline bool is_valid_utf8(std::string_view text) {
  return valid_utf8_prefix(text) == text.size();
}

// Code points in valid UTF-8.
std::size_t count_code_points(std::string_view text);

// Makes valid UTF-8 of pieces that may split a character or be broken. A character whose end has not arrived
// is held back (three bytes at most); what can not become valid is replaced by U+FFFD, once for each maximal
// broken part as the Unicode standard recommends (chapter 3, "U+FFFD Substitution of Maximal Subparts").
class Utf8Joiner {
 public:
  // Appends the valid text that `piece` completes to `out`.
  void push(std::string_view piece, std::string& out);
  // The stream is over: what was held back is broken.
  void finish(std::string& out);
  // True while a character is held back. When it is false and the piece is valid, push() would append it
  // unchanged.
  bool holding() const { return held_size_ != 0; }

 private:
  char held_[4] = {};
  unsigned char held_size_ = 0;
};

}  // namespace belay
