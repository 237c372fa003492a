// Where a run's messages stand in the tree of their conversation (requirement C13).
#pragma once

#include <cstdint>

#include "base/run_id.hpp"

namespace belay {

// A run without a branch follows the chosen branch to its end.
struct Branch {
  enum class Kind : std::uint8_t {
    none = 0,
    regenerate = 1,   // another answer beside the one of run `of`
    edit = 2,         // another question, with its answer, beside the question of run `of`
    continuation = 3  // goes on with the answer of run `of`: has an answer, but no question
  };
  Kind kind = Kind::none;
  RunId of{};

  bool has_question() const { return kind == Kind::none || kind == Kind::edit; }
};

}  // namespace belay
