// The text of a scripted answer, cut into pieces as a model would stream them.
//
// Pieces are made one at a time, so that an answer of ten million words needs no memory. One object per call,
// used on its loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace belay::providers {

struct Cutting {
  enum class By {
    word,    // `size` words per piece, each with the space before it
    bytes,   // `size` bytes per piece
    random,  // a byte to a word per piece, by the seed; sometimes splits characters
  };
  By by = By::word;
  std::uint32_t size = 1;
  // Whether a piece may end inside a UTF-8 character. `bytes` then ignores character boundaries, and `word`
  // cuts inside a character if there is one to cut.
  bool split_utf8 = false;
  std::uint64_t seed = 1;
};

class AnswerText {
 public:
  virtual ~AnswerText() = default;
  // Skips `prefix`. Returns false if the answer does not begin with it; do not use the object after that.
  virtual bool skip(std::string_view prefix) = 0;
  // Returns the next piece, empty at the end. Valid until the next call.
  virtual std::string_view next() = 0;
};

std::unique_ptr<AnswerText> cut_text(std::shared_ptr<const std::string> text, const Cutting& cutting);

// Generates "0001 0002 0003": numbers from 1, at least four digits, one space between them, one word per
// piece.
std::unique_ptr<AnswerText> numbered_words(std::uint64_t count);
inline constexpr std::uint64_t kMaxNumberedWords = 10'000'000;

}  // namespace belay::providers
