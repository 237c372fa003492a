// Follows the fences of code blocks through a text, line by line. Fences follow CommonMark 0.30, section 4.5,
// in the form that models write: three or more backticks or tildes. A fence of at least the same length, or
// the end of the text, closes the block.
//
// Pure. Results are views into the lines.
#pragma once

#include <string_view>

namespace belay::exports {

class Fences {
 public:
  // Adds the next line of the text, without its line end.
  void add(std::string_view line);
  // The fence of the code block that contains the next line. Empty: none.
  std::string_view open() const { return open_; }

 private:
  std::string_view open_;
};

// The same for fences that may be within quotes and lists.
class NestedFences {
 public:
  void add(std::string_view line);
  std::string_view open() const { return fences_.open(); }
  // Whether the open fence is within a quote or a list.
  bool is_nested() const { return is_nested_; }

 private:
  Fences fences_;  // of the lines without what they begin with
  bool is_quoted_ = false;
  bool is_nested_ = false;
};

// Returns the fence that is still open at the end of a text, outside of quotes and lists. Empty: none.
std::string_view open_fence(std::string_view text);

}  // namespace belay::exports
