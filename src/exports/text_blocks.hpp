// Splits a message's text into blocks: prose, and code between fences. Fences follow CommonMark 0.30, section
// 4.5, in the form that models write: three or more backticks or tildes. A fence of at least the same length,
// or the end of the text, closes the block.
//
// Pure. Results are views into the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belay::exports {

struct TextBlock {
  bool is_code = false;
  std::string_view language;  // of code: the first word after the fence
  std::string_view text;      // without the fences; each line but the last ends in "\n"
};

struct TextBlocks {
  std::vector<TextBlock> blocks;
  // The fence that is still open at the end of the text. Empty: none.
  std::string_view open_fence;
};
TextBlocks split_blocks(std::string_view text);

}  // namespace belay::exports
