// What a provider that goes on with an answer says again of it: it is dropped, so that the client sees the
// answer go on exactly where it was.
#pragma once

#include <string>
#include <string_view>

namespace belay::providers {

class Overlap {
 public:
  enum class Kind {
    exact,  // the provider plays its answer from the start: it must be what was told, or it is another answer
    white_space,  // the request had to leave out the white space at the end, which may come again
  };
  Overlap() = default;
  Overlap(Kind kind, std::string told) : kind_(kind), told_(std::move(told)) {}

  // Takes what is known off the front of a piece. False: what comes is another answer.
  bool take(std::string_view& piece) {
    while (at_ < told_.size() && !piece.empty()) {
      if (piece.front() != told_[at_]) {
        const bool fits = kind_ == Kind::white_space;
        at_ = told_.size();
        return fits;
      }
      piece.remove_prefix(1);
      ++at_;
    }
    return true;
  }
  // All that must be said again has been.
  bool over() const { return kind_ == Kind::white_space || at_ == told_.size(); }

 private:
  Kind kind_ = Kind::white_space;
  std::string told_;
  std::size_t at_ = 0;
};

}  // namespace belay::providers
