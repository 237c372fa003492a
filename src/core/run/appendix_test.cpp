#include "core/run/appendix.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

constexpr ByteCount kPlenty{64 << 10};

// "cpp:int x;\n|:plain\n": language and content of each item.
std::string shown(const std::vector<AppendixItem>& items) {
  std::string out;
  for (const AppendixItem& item : items) {
    EXPECT_EQ(item.kind, "code");
    out += (out.empty() ? "" : "|") + item.language + ":" + item.content;
  }
  return out;
}

std::string collected(std::string_view text, ByteCount max = kPlenty) {
  AppendixCollector collector(max);
  collector.push(text);
  return shown(collector.finish());
}

TEST(Appendix, A3_fenced_blocks_are_found_with_their_language) {
  EXPECT_EQ(collected("Look:\n```cpp\nint x;\n```\nand\n~~~\nplain\n~~~\n"), "cpp:int x;\n|:plain\n");
  EXPECT_EQ(collected("no code at all"), "");
  EXPECT_EQ(collected("``` python  title=x\npass\n```"), "python:pass\n");
}

TEST(Appendix, a_block_ends_with_a_fence_of_its_own_kind_that_is_at_least_as_long) {
  EXPECT_EQ(collected("````\n```\ninner\n```\n````\n"), ":```\ninner\n```\n");
  EXPECT_EQ(collected("```\na\n~~~\nb\n`````  \n"), ":a\n~~~\nb\n");
  EXPECT_EQ(collected("```\na\n``` not an end\nb\n```\n"), ":a\n``` not an end\nb\n");
  EXPECT_EQ(collected("```\r\na\r\n```\r\n"), ":a\r\n");
}

TEST(Appendix, what_only_looks_like_a_fence_is_none) {
  EXPECT_EQ(collected("    ```\nindented\n    ```\n"), "");
  EXPECT_EQ(collected("``` inline ``` code\ntext\n"), "");
  EXPECT_EQ(collected("``\nx\n``\n"), "");
  EXPECT_EQ(collected("text ```\nx\n```\ny\n```\n"), ":y\n");
  EXPECT_EQ(collected("   ```\nx\n  ```\n"), ":x\n");
}

TEST(Appendix, a_block_that_is_not_whole_or_empty_is_left_out) {
  EXPECT_EQ(collected("```\nnever ended"), "");
  EXPECT_EQ(collected("```\nnever ended\n"), "");
  EXPECT_EQ(collected("```cpp\n```\n```\nx\n```"), ":x\n");
  EXPECT_EQ(collected("```\n\n```"), ":\n");
}

TEST(Appendix, a_text_that_begins_anew_has_no_blocks_yet) {
  AppendixCollector collector(kPlenty);
  collector.push("```\nold\n```\n```\nhalf");
  collector.reset();
  collector.push("```\nnew\n```\n");
  EXPECT_EQ(shown(collector.finish()), ":new\n");
}

TEST(Appendix, however_the_text_is_cut_the_items_are_the_same) {
  const std::string text =
      "Here:\n```cpp\nint x;\n\n```\n   ~~~~ sh\n```\nls\n~~~\n~~~~\n```a`b\nno\n\n```\n" +
      std::string(300, 'y') + "\nz\n```";
  for (const std::size_t max : {0u, 70u, 80u, 150u, 400u, 100'000u}) {
    const std::string whole = collected(text, {max});
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      AppendixCollector collector({max});
      collector.push(std::string_view(text).substr(0, cut));
      collector.push(std::string_view(text).substr(cut));
      EXPECT_EQ(shown(collector.finish()), whole) << "cut at " << cut << ", most " << max;
    }
    AppendixCollector collector({max});
    for (const char c : text) collector.push({&c, 1});
    EXPECT_EQ(shown(collector.finish()), whole) << "byte by byte, most " << max;
  }
}

TEST(Appendix, blocks_beyond_the_bound_are_left_out_whole) {
  const std::string block = "```\n" + std::string(99, 'x') + "\n```\n";
  // Each block counts 100 bytes of text, and 64 in addition.
  EXPECT_EQ(collected(block + block, {163}), "");
  EXPECT_EQ(collected(block + block, {164}), ":" + std::string(99, 'x') + "\n");
  EXPECT_EQ(collected(block + "```\ny\n```\n", {164 + 66}), ":" + std::string(99, 'x') + "\n|:y\n");
  // A block that is too large leaves space for a smaller one after it.
  EXPECT_EQ(collected("```\n" + std::string(500, 'x') + "\n```\n```\ny\n```\n", {200}), ":y\n");
}

TEST(Appendix, very_many_small_blocks_and_very_long_lines_cost_bounded_memory) {
  AppendixCollector many({64 << 10});
  for (int i = 0; i < 100'000; ++i) many.push("```x\n\n```\n");
  EXPECT_LE(many.finish().size(), 1024u);
  AppendixCollector empty({64 << 10});
  for (int i = 0; i < 100'000; ++i) empty.push("```x\n```\n");
  EXPECT_EQ(empty.finish().size(), 0u);
  AppendixCollector line({1024});
  for (int i = 0; i < 1000; ++i) line.push(std::string(1000, 'x'));
  line.push("\n```\nstill found\n```\n");
  EXPECT_EQ(shown(line.finish()), ":still found\n");
  // The time must grow only linearly with the text. Otherwise this test would not finish.
  AppendixCollector fence({4 << 20});
  for (int i = 0; i < 4'000'000; ++i) fence.push("`");
  fence.push("\nnot closed\n```\n");
  EXPECT_EQ(shown(fence.finish()), "");
}

}  // namespace
}  // namespace belay
