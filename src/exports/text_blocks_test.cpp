#include "exports/text_blocks.hpp"

#include <gtest/gtest.h>

namespace belay::exports {
namespace {

// "[prose]<lang|code>"
std::string outline(std::string_view text) {
  std::string out;
  for (const TextBlock& block : split_blocks(text).blocks)
    out += block.is_code ? "<" + std::string(block.language) + "|" + std::string(block.text) + ">"
                         : "[" + std::string(block.text) + "]";
  return out;
}

TEST(TextBlocks, code_between_fences_is_told_from_prose) {
  EXPECT_EQ(outline("a\n```cpp\nx();\n```\nb"), "[a\n]<cpp|x();\n>[b]");
  EXPECT_EQ(outline("```\nx\n```"), "<|x\n>");
  EXPECT_EQ(outline("~~~ python title\nx\n~~~\n"), "<python|x\n>");
  EXPECT_EQ(outline("```\n```"), "<|>") << "empty code is code";
  EXPECT_EQ(outline(""), "");
  EXPECT_EQ(outline("only\nprose"), "[only\nprose]");
}

TEST(TextBlocks, only_a_fence_that_is_long_enough_and_of_the_same_kind_closes) {
  EXPECT_EQ(outline("````\n```\nx\n```\n````\nb"), "<|```\nx\n```\n>[b]");
  EXPECT_EQ(outline("```\n~~~\n```"), "<|~~~\n>");
  EXPECT_EQ(outline("```\n``` x\n```"), "<|``` x\n>");
  EXPECT_EQ(outline("```\n    ```\n```"), "<|    ```\n>") << "indented by four it is code";
}

TEST(TextBlocks, backticks_within_a_line_are_no_fence) {
  EXPECT_EQ(outline("``` a`b\nx"), "[``` a`b\nx]");
  EXPECT_EQ(outline("use ``` here"), "[use ``` here]");
  EXPECT_EQ(outline("``\nx"), "[``\nx]");
}

TEST(TextBlocks, a_fence_that_nothing_closes_is_open) {
  EXPECT_EQ(outline("a\n````sh\nls"), "[a\n]<sh|ls>");
  EXPECT_EQ(split_blocks("a\n````sh\nls").open_fence, "````");
  EXPECT_EQ(split_blocks("```\nx\n```\n").open_fence, "");
}

}  // namespace
}  // namespace belay::exports
