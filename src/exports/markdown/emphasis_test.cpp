#include "exports/markdown/emphasis.hpp"

#include <gtest/gtest.h>

namespace belay::exports {
namespace {

TEST(MarkdownEmphasis, C9_marks_beside_wide_punctuation_get_a_space) {
  EXPECT_EQ(prepare_emphasis("**注意：**请看\n"), "**注意：**\f请看\n");
  EXPECT_EQ(prepare_emphasis("他说**“你好”**吗\n"), "他说\f**“你好”**\f吗\n");
  EXPECT_EQ(prepare_emphasis("* 项目 *（轻声）*你\n"), "* 项目 *（轻声）*\f你\n");
}

TEST(MarkdownEmphasis, C9_other_text_stays) {
  for (const std::string text : {"**bold:**text\n", "，**重要**的\n", "2 * 3：*四\n", "\\**注：*\\*请\n",
                                 "**注：** 请\n", "```\n**注：**请\n```\n", "****：****请\n"})
    EXPECT_EQ(prepare_emphasis(text), text);
}

}  // namespace
}  // namespace belay::exports
