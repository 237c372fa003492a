#include "providers/scripted/answer_text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

#include "base/random.hpp"

namespace belay::providers {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0u) == 0x80;
}
bool is_lead(char c) {
  return static_cast<unsigned char>(c) >= 0xC0;
}

class CutText final : public AnswerText {
 public:
  CutText(std::shared_ptr<const std::string> text, const Cutting& cutting)
      : text_(std::move(text)), cutting_(cutting), random_(cutting.seed) {
    assert(text_ && cutting_.size > 0);
  }

  bool skip(std::string_view prefix) override {
    assert(at_ == 0);
    at_ = prefix.size();
    return text_->starts_with(prefix);
  }

  std::string_view next() override {
    if (at_ == text_->size()) return {};
    const std::size_t end = piece_end();
    assert(end > at_ && end <= text_->size());
    const std::string_view piece = std::string_view(*text_).substr(at_, end - at_);
    at_ = end;
    return piece;
  }

 private:
  std::size_t piece_end() {
    switch (cutting_.by) {
      case Cutting::By::word: {
        const std::size_t end = words_end(cutting_.size);
        return cutting_.split_utf8 ? inside_last_character(end) : end;
      }
      case Cutting::By::bytes: {
        std::size_t end = std::min(at_ + cutting_.size, text_->size());
        if (!cutting_.split_utf8)
          while (end < text_->size() && is_continuation((*text_)[end])) ++end;
        return end;
      }
      case Cutting::By::random:
        break;
    }
    // Half of the pieces are short runs of bytes that end anywhere. The other half are words, like most
    // tokens.
    constexpr std::uint64_t kMaxBytes = 8;
    const std::uint64_t draw = random_.below(2 * kMaxBytes);
    return draw < kMaxBytes ? std::min(at_ + 1 + draw, text_->size()) : words_end(1);
  }

  // Returns the end of `count` words. A word is white space, then characters that are not white space.
  std::size_t words_end(std::uint32_t count) const {
    std::size_t end = at_;
    for (std::uint32_t word = 0; word < count; ++word) {
      while (end < text_->size() && is_space((*text_)[end])) ++end;
      while (end < text_->size() && !is_space((*text_)[end])) ++end;
    }
    return end;
  }

  // Returns the position after the first byte of the last multi-byte character in the piece, if there is one.
  std::size_t inside_last_character(std::size_t end) const {
    for (std::size_t i = end; i > at_; --i)
      if (is_lead((*text_)[i - 1])) return i;
    return end;
  }

  const std::shared_ptr<const std::string> text_;
  const Cutting cutting_;
  SeededRandom random_;
  std::size_t at_ = 0;
};

class NumberedWords final : public AnswerText {
 public:
  explicit NumberedWords(std::uint64_t count) : count_(count) { assert(count <= kMaxNumberedWords); }

  bool skip(std::string_view prefix) override {
    while (!prefix.empty()) {
      const std::string_view piece = next();
      const std::size_t shared = std::min(piece.size(), prefix.size());
      if (shared == 0 || piece.substr(0, shared) != prefix.substr(0, shared)) return false;
      prefix.remove_prefix(shared);
      rest_ = piece.substr(shared);
    }
    return true;
  }

  std::string_view next() override {
    if (!rest_.empty()) return std::exchange(rest_, {});
    if (done_ == count_) return {};
    ++done_;
    // Writes a space and the number, from the right, with leading zeros.
    std::array<char, 20> digits;
    char* const digits_end = std::to_chars(digits.data(), digits.data() + digits.size(), done_).ptr;
    const auto size = static_cast<std::size_t>(digits_end - digits.data());
    char* out = word_.data();
    if (done_ > 1) *out++ = ' ';
    for (std::size_t zeros = size; zeros < kDigits; ++zeros) *out++ = '0';
    out = std::copy(digits.data(), digits_end, out);
    return {word_.data(), static_cast<std::size_t>(out - word_.data())};
  }

 private:
  static constexpr std::size_t kDigits = 4;

  const std::uint64_t count_;
  std::uint64_t done_ = 0;
  std::array<char, 24> word_;
  std::string_view rest_;  // rest of word_, if the partial answer ended inside it
};

}  // namespace

std::unique_ptr<AnswerText> cut_text(std::shared_ptr<const std::string> text, const Cutting& cutting) {
  return std::make_unique<CutText>(std::move(text), cutting);
}

std::unique_ptr<AnswerText> numbered_words(std::uint64_t count) {
  return std::make_unique<NumberedWords>(count);
}

}  // namespace belay::providers
