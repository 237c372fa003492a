// The part of an answer that a provider repeats when it continues the answer. It is removed, so that the
// client sees the answer continue exactly where it was.
#pragma once

#include <string>
#include <string_view>

namespace belay::providers {

class Overlap {
 public:
  enum class Kind {
    // The provider repeats its answer from the start. It must equal the delivered text; otherwise it is
    // another answer.
    exact,
    // The request had to omit the white space at the end. That white space may come again.
    white_space,
  };
  Overlap() = default;
  Overlap(Kind kind, std::string sent) : kind_(kind), sent_(std::move(sent)) {}

  // Removes the repeated part from the front of `piece`. Returns false if the text belongs to another answer.
  bool take(std::string_view& piece) {
    while (at_ < sent_.size() && !piece.empty()) {
      if (piece.front() != sent_[at_]) {
        const bool fits = kind_ == Kind::white_space;
        at_ = sent_.size();
        return fits;
      }
      piece.remove_prefix(1);
      ++at_;
    }
    return true;
  }
  // True once everything that must be repeated has been repeated.
  bool over() const { return kind_ == Kind::white_space || at_ == sent_.size(); }

 private:
  Kind kind_ = Kind::white_space;
  std::string sent_;
  std::size_t at_ = 0;
};

}  // namespace belay::providers
