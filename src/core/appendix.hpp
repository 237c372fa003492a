// Finds the fenced code blocks (CommonMark, section 4.5) of an answer while it streams, for clients that show
// them by themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "core/payloads.hpp"

namespace belay {

class AppendixCollector {
 public:
  // Blocks beyond `most` bytes together are left out, as are empty ones; a block is never cut. Each counts
  // some bytes beside its text, so that many small ones are bounded too.
  explicit AppendixCollector(ByteCount most) : most_(most) {}
  void push(std::string_view text);
  // The text begins anew.
  void reset();
  // Ends the text; a block that is still open is left out, as it is not whole.
  std::vector<AppendixItem> finish();

 private:
  void take(std::string_view part);  // of a line
  void line_ended();
  bool fits(std::size_t more) const;

  const ByteCount most_;
  std::string line_;
  bool line_too_long_ = false;
  bool line_is_plain_ = false;  // outside of a block, and no fence: nothing of it is kept
  std::size_t fence_ = 0;       // length of the open block's fence; 0: outside
  char fence_char_ = 0;
  AppendixItem open_;
  bool open_too_long_ = false;
  std::size_t taken_ = 0;
  std::vector<AppendixItem> items_;
};

}  // namespace belay
