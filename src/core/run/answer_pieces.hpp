// An answer while it is written, for readers who get it in whole pieces: paragraphs, lines and sentences (requirement
// S2).
//
// A piece ends at the end of a line, or behind a sentence: a full stop, an exclamation or question mark, an ellipsis,
// with what closes after it, and a space (none in Chinese and Japanese). "1." at the beginning of a line and single
// letters ("e.g.") end no sentence. A piece that gets long ends at a space. The pieces together are the answer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belay {

class AnswerPieces {
 public:
  // Whole characters of UTF-8.
  void push(std::string_view text);
  const std::string& text() const { return text_; }
  // What is complete and was not taken yet. Empty: nothing, or only white space. Valid until the next push().
  std::string_view take();
  // All that was not taken yet.
  std::string_view take_rest();
  // The length of what was taken.
  std::size_t taken() const { return taken_; }
  // Earlier pieces, up to here, were taken by an earlier process.
  void skip_to(std::size_t taken);
  void clear() { *this = AnswerPieces(); }

 private:
  void scan(std::size_t at);
  bool ends_sentence(std::size_t stop) const;
  std::string_view take_to(std::size_t end);

  std::string text_;
  std::size_t taken_ = 0;
  std::size_t complete_ = 0;  // the end of the last complete piece
  std::size_t scanned_ = 0;
  bool sentence_over_ = false;  // what was scanned last ends a sentence, if a space follows
};

}  // namespace belay
