// A message's text as blocks: prose, and code between fences (CommonMark 0.30, section 4.5, as models write
// it: three or more backticks or tildes, closed by as many or by the end).
//
// Pure; views into the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belay::exports {

struct TextBlock {
  bool is_code = false;
  std::string_view language;  // of code: the first word behind the fence
  std::string_view text;      // without the fences; lines end in "\n" but for the last
};

struct TextBlocks {
  std::vector<TextBlock> blocks;
  // The fence that is still open at the end; empty: none.
  std::string_view open_fence;
};
TextBlocks split_blocks(std::string_view text);

}  // namespace belay::exports
