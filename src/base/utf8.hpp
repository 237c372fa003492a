// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <string>
#include <string_view>

namespace belay {

// The length of the longest valid prefix. It equals text.size() if all of the text is valid.
std::size_t valid_utf8_prefix(std::string_view text);
inline bool is_valid_utf8(std::string_view text) {
  return valid_utf8_prefix(text) == text.size();
}

// The number of code points. `text` must be valid UTF-8.
std::size_t count_code_points(std::string_view text);

// Makes valid UTF-8 from pieces that may split a character or be broken. A character whose end has not
// arrived yet is held back (at most three bytes). Bytes that cannot become valid are replaced by U+FFFD, once
// for each maximal broken part, as the Unicode standard recommends (chapter 3, "U+FFFD Substitution of
// Maximal Subparts").
class Utf8Joiner {
 public:
  // Appends to `out` the valid text that `piece` completes.
  void push(std::string_view piece, std::string& out);
  // The stream is over: a character that is still held back is broken.
  void finish(std::string& out);
  // True while a character is held back. When it is false and the piece is valid, push() appends the piece
  // unchanged.
  bool holding() const { return held_size_ != 0; }

 private:
  char held_[4] = {};
  unsigned char held_size_ = 0;
};

}  // namespace belay
