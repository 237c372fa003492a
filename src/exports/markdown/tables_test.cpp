#include "exports/markdown/tables.hpp"

#include <gtest/gtest.h>

namespace belay::exports {
namespace {

TEST(MarkdownTables, C9_a_delimiter_row_is_told_from_text) {
  for (const auto* line : {"|---|", "---|---", "| :-: | -: |", " |-|", "> |--|", "-|\r"})
    EXPECT_TRUE(is_delimiter_row(line)) << line;
  for (const auto* line : {"", "---", "|", "||", "| a |", "|:-:-|", "|::-|", ":|:"})
    EXPECT_FALSE(is_delimiter_row(line)) << line;
}

TEST(MarkdownTables, C9_tables_are_written_as_the_parser_wants_them) {
  EXPECT_EQ(prepare_tables("a|b\n-|:-:\n1||2\n"), "a|b\n---|:---:\n1| |2\n");
  EXPECT_EQ(prepare_tables("text\n| a |\n|---|"), "text\n\n| a |\n|---|\n");
  EXPECT_EQ(prepare_tables("> text\n> | a |\n> |-|\n"), "> text\n> \n> | a |\n> |---|\n");
  EXPECT_EQ(prepare_tables("- | a | b |\n  |-|-|\n  | 1 || |\n"), "- | a | b |\n  |---|---|\n  | 1 | | |\n");
}

TEST(MarkdownTables, C9_a_head_of_another_width_makes_no_table) {
  EXPECT_EQ(prepare_tables("| a | b |\n|---\n"), "| a | b |\n\\|---\n");
  EXPECT_EQ(prepare_tables("> a|`b|c`\n> -|-|-\n"), "> a|`b|c`\n> \\-|-|-\n");
  EXPECT_EQ(prepare_tables("a|`b|c`|d\\|e\r\n---|---|---\r\n"), "a|`b|c`|d\\|e\r\n---|---|---\r\n");
}

TEST(MarkdownTables, C9_what_is_not_in_a_table_stays) {
  for (const std::string text :
       {"a || b\n", "```\n| a |\n|-|\n| ||\n```\n", "| a |\n\n|-|\n", "|a|\n|---|\n|`||`|\\||\n",
        "|a|\n|---|\n\nb||c\n", "1. ```\n   |a|\n   |-|\n   ```\n", "> ```\n> a|b\n> -|-\n> ```\n"})
    EXPECT_EQ(prepare_tables(text), text);
}

}  // namespace
}  // namespace belay::exports
