#include "exports/markdown/fences.hpp"

#include <string>

#include <gtest/gtest.h>

#include "exports/markdown/lines.hpp"

namespace belay::exports {
namespace {

// The lines of a text, each behind "|" if it is within a code block.
template <class Fences>
std::string marked(std::string_view text) {
  Fences fences;
  std::string out;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const bool was_open = !fences.open().empty();
    fences.add(line);
    out += was_open && !fences.open().empty() ? "|" + std::string(line) : std::string(line);
    out += '\n';
  }
  return out;
}

TEST(Fences, C9_code_between_fences_is_told_from_prose) {
  EXPECT_EQ(marked<Fences>("a\n```cpp\nx();\n```\nb"), "a\n```cpp\n|x();\n```\nb\n");
  EXPECT_EQ(marked<Fences>("~~~ python title\nx\n~~~\n"), "~~~ python title\n|x\n~~~\n");
  EXPECT_EQ(marked<Fences>("only\nprose"), "only\nprose\n");
}

TEST(Fences, C9_only_a_fence_that_is_long_enough_and_of_the_same_kind_closes) {
  EXPECT_EQ(marked<Fences>("````\n```\nx\n```\n````\nb"), "````\n|```\n|x\n|```\n````\nb\n");
  EXPECT_EQ(marked<Fences>("```\n~~~\n```"), "```\n|~~~\n```\n");
  EXPECT_EQ(marked<Fences>("```\n``` x\n```"), "```\n|``` x\n```\n");
  EXPECT_EQ(marked<Fences>("```\n    ```\n```"), "```\n|    ```\n```\n") << "indented by four it is code";
}

TEST(Fences, C9_backticks_within_a_line_are_no_fence) {
  EXPECT_EQ(open_fence("``` a`b\nx"), "");
  EXPECT_EQ(open_fence("use ``` here"), "");
  EXPECT_EQ(open_fence("``\nx"), "");
}

TEST(Fences, C9_fences_in_lists_and_quotes_are_followed_too) {
  EXPECT_EQ(marked<NestedFences>("1. ```sh\n   ls\n   ```\nb"), "1. ```sh\n|   ls\n   ```\nb\n");
  EXPECT_EQ(marked<NestedFences>("- a\n  - b\n    ~~~\n    c\n    ~~~\n"),
            "- a\n  - b\n    ~~~\n|    c\n    ~~~\n");
  EXPECT_EQ(marked<NestedFences>("> - ```\n>   - c\n>   ```\n> d"), "> - ```\n|>   - c\n>   ```\n> d\n");
  EXPECT_EQ(marked<NestedFences>("> ```\n> c\nd\n```\ne"), "> ```\n|> c\nd\n```\n|e\n") << "the quote ends";
  EXPECT_EQ(marked<NestedFences>("```\n- ```\nc\n```\n"), "```\n|- ```\n|c\n```\n");
}

TEST(Fences, C9_a_fence_that_nothing_closes_is_open) {
  EXPECT_EQ(open_fence("a\n````sh\nls"), "````");
  EXPECT_EQ(open_fence("~~~~ x\r\nls\r\n"), "~~~~");
  EXPECT_EQ(open_fence("```\nx\n```\n"), "");
  EXPECT_EQ(open_fence("```\r\nx\r\n```\r\n"), "");
  EXPECT_EQ(open_fence(""), "");
}

}  // namespace
}  // namespace belay::exports
