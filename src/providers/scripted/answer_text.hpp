// The text of a scripted answer, cut into the pieces in which a model would have streamed it.
//
// Pieces are made one at a time, so that an answer of ten million words costs no memory. One object a call,
// on its loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace belay::providers {

struct Cutting {
  enum class By {
    word,    // `size` words a piece, each with the space before it
    bytes,   // `size` bytes a piece
    random,  // from a byte to a word, as the seed decides; characters are split at times
  };
  By by = By::word;
  std::uint32_t size = 1;
  // Whether a piece may end inside a UTF-8 character: `bytes` then counts blindly, and `word` cuts where it
  // can.
  bool split_utf8 = false;
  std::uint64_t seed = 1;
};

class AnswerText {
 public:
  virtual ~AnswerText() = default;
  // Goes past `prefix`. False: the answer does not begin with it, and this object is of no more use.
  virtual bool skip(std::string_view prefix) = 0;
  // The next piece, empty at the end. Valid until the next call.
  virtual std::string_view next() = 0;
};

std::unique_ptr<AnswerText> cut_text(std::shared_ptr<const std::string> text, const Cutting& cutting);

// "0001 0002 0003": numbered from 1, four digits at least, one space between, a word a piece.
std::unique_ptr<AnswerText> numbered_words(std::uint64_t count);
inline constexpr std::uint64_t kMostNumberedWords = 10'000'000;

}  // namespace belay::providers
