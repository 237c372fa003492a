// Finds the fenced code blocks (CommonMark, section 4.5) of an answer while it streams. Some clients display
// them separately.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "core/types/payloads.hpp"

namespace belay {

class AppendixCollector {
 public:
  // A block that would exceed `max` bytes in total is left out; so are empty blocks. A block is never cut.
  // Each block counts some bytes in addition to its text, so that many small blocks are limited too.
  explicit AppendixCollector(ByteCount max) : max_(max) {}
  void push(std::string_view text);
  // The text starts again from the beginning.
  void reset();
  // Ends the text. A block that is still open is incomplete and is left out.
  std::vector<AppendixItem> finish();

 private:
  void take(std::string_view part);  // a part of a line
  void line_ended();
  bool fits(std::size_t more) const;

  const ByteCount max_;
  std::string line_;
  bool line_too_long_ = false;
  bool line_is_plain_ = false;  // outside of a block, and not a fence: nothing of it is kept
  std::size_t fence_ = 0;       // length of the open block's fence; 0: outside
  char fence_char_ = 0;
  AppendixItem open_;
  bool open_too_long_ = false;
  std::size_t taken_ = 0;
  std::vector<AppendixItem> items_;
};

}  // namespace belay
