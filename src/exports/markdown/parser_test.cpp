#include "exports/markdown/parser.hpp"

#include <gtest/gtest.h>

#include "exports/markdown/outline_testing.hpp"

namespace belay::exports {
namespace {

std::string outline(std::string_view text) {
  return outline(parse_markdown(text));
}

TEST(MarkdownParser, C9_headings_paragraphs_and_rules) {
  EXPECT_EQ(outline("# One\n\nTwo\nlines\n\n### Three ###\n---\n###### 六\n#no"),
            "H1 One\nP Two\nlines\nH3 Three\n---\nH6 六\nP #no\n");
  EXPECT_EQ(outline(""), "");
  EXPECT_EQ(outline("\n \n\t\r\n"), "");
}

TEST(MarkdownParser, C9_a_line_break_stays_a_line_break) {
  EXPECT_EQ(outline("one\ntwo  \nthree\\\nfour\r\nfive<br>six"), "P one\ntwo\nthree\nfour\nfive\nsix\n");
}

TEST(MarkdownParser, C9_emphasis_code_and_what_is_nested_in_it) {
  EXPECT_EQ(outline("**b** *i* __b__ _i_ ~~s~~ ~s~ `m`"),
            "P <b>b</b> <i>i</i> <b>b</b> <i>i</i> <s>s</s> <s>s</s> <m>m</m>\n");
  EXPECT_EQ(
      outline("***both*** **b *bi* ~~bs~~ `bm`**"),
      "P <b><i>both</i></b> <b>b </b><b><i>bi</i></b><b> </b><b><s>bs</s></b><b> </b><b><m>bm</m></b>\n");
  EXPECT_EQ(outline("`**not bold**` and ``a`b``"), "P <m>**not bold**</m> and <m>a`b</m>\n");
  EXPECT_EQ(outline("snake_case_name 2*3*4 \\*not\\*"), "P snake_case_name 2<i>3</i>4 *not*\n");
}

TEST(MarkdownParser, C9_emphasis_in_every_script) {
  EXPECT_EQ(outline("这是**粗体**文字"), "P 这是<b>粗体</b>文字\n");
  EXPECT_EQ(outline("**注意：**请看**“引用”**之后，**重要**的"),
            "P <b>注意：</b>请看<b>“引用”</b>之后，<b>重要</b>的\n");
  EXPECT_EQ(outline("هذا **غامق** و*مائل*"), "P هذا <b>غامق</b> و<i>مائل</i>\n");
  EXPECT_EQ(outline("**💪🔥** ~~👨‍👩‍👧~~"), "P <b>💪🔥</b> <s>👨‍👩‍👧</s>\n");
}

TEST(MarkdownParser, C9_links_images_and_addresses) {
  EXPECT_EQ(outline("[here](https://example.com/) <mailto:a@b.c> [r][1]\n\n[1]: http://b.c 'title'"),
            "P <a https://example.com/>here</a> <a mailto:a@b.c>mailto:a@b.c</a> <a http://b.c>r</a>\n");
  EXPECT_EQ(outline("**[b *i*](http://a.b)**"),
            "P <a http://a.b><b>b </b></a><a http://a.b><b><i>i</i></b></a>\n");
  EXPECT_EQ(outline("![a **hill**](http://a.b/x.png) ![](http://a.b/y.png)"),
            "P <a http://a.b/x.png>a </a><a http://a.b/x.png><b>hill</b></a> "
            "<a http://a.b/y.png>http://a.b/y.png</a>\n");
  EXPECT_EQ(outline("[![badge](http://img.x/)](http://a.b)"), "P <a http://a.b>badge</a>\n");
  EXPECT_EQ(outline("See https://example.com/a_b_c, or `http://code.x`."),
            "P See <a https://example.com/a_b_c>https://example.com/a_b_c</a>, or <m>http://code.x</m>.\n");
}

TEST(MarkdownParser, C9_only_http_https_and_mailto_become_links) {
  EXPECT_EQ(outline("[a](javascript:alert(1)) [b](file:///etc/passwd) [c](/relative) [d](#x) ![e](data:x)"),
            "P a b c d e\n");
  EXPECT_EQ(outline("[a](java&#115;cript:x) [b]( JAVASCRIPT:x) [c](HTTPS://A.B)"),
            "P a b <a HTTPS://A.B>c</a>\n");
}

TEST(MarkdownParser, C9_lists_that_are_nested_numbered_or_of_tasks) {
  EXPECT_EQ(outline("- a\n- b\n  - c\n    1. d\n    2. e\n- f"),
            "* (•) P a\n* (•) P b\n** (◦) P c\n**1 (1.) P d\n**1 (2.) P e\n* (•) P f\n");
  EXPECT_EQ(outline("7. a\n8. b\n\n   more\n"), "1 (7.) P a\n1 (8.) P b\n1 P more\n");
  EXPECT_EQ(outline("- [ ] open\n- [x] done\n- [X] 做完"), "* (☐) P open\n* (☑) P done\n* (☑) P 做完\n");
  EXPECT_EQ(outline("- - - a"), "*** (•) (◦) (▪) P a\n");
  EXPECT_EQ(outline("-\n- b"), "* (•) P \n* (•) P b\n");
  EXPECT_EQ(outline("1. ```sh\n   ls\n   ```\n2. # h"), "1 (1.) P \n1 C {sh} ls\n\n1 (2.) H1 h\n");
}

TEST(MarkdownParser, C9_quotes_and_what_is_nested_in_them) {
  EXPECT_EQ(outline("> a\nlazy\n>> b\n\n> - c\n>   > d"), "> P a\nlazy\n>> P b\n>* (•) P c\n>*> P d\n");
  EXPECT_EQ(outline("> | a |\n> |---|\n> | 1 |"), "> T n\n[a]\n[1]\n");
}

TEST(MarkdownParser, C9_code_blocks_name_their_language) {
  EXPECT_EQ(outline("```python title=x\nif a:\n    b()\n\n# 呼吸\n```"),
            "C {python} if a:\n    b()\n\n# 呼吸\n\n");
  EXPECT_EQ(outline("    a\n     b"), "C a\n b\n\n");
  EXPECT_EQ(outline("```\n```"), "C \n");
  EXPECT_EQ(outline("```c&amp;" + std::string(500, 'x') + "\n```"), "C {c&" + std::string(62, 'x') + "} \n");
}

TEST(MarkdownParser, C9_tables_with_alignment_and_marks_in_cells) {
  EXPECT_EQ(
      outline("| a | b | c | d |\n|---|:--|:-:|--:|\n| **1** | [x](http://a.b) | `p \\| q` | y \\| z |"),
      "T nlcr\n[a][b][c][d]\n[<b>1</b>][<a http://a.b>x</a>][<m>p | q</m>][y | z]\n");
  EXPECT_EQ(outline("a|b\n-|-\n1\n1|2|3\nx<br>y||"), "T nn\n[a][b]\n[1][]\n[1][2]\n[x\ny][]\n");
  EXPECT_EQ(outline("Text:\n| a |\n|-|\n| 1 |\n\nEnd"), "P Text:\nT n\n[a]\n[1]\nP End\n");
  EXPECT_EQ(outline("| اسم | 名 |\n|--|--|\n| أحمد | 😀 |"), "T nn\n[اسم][名]\n[أحمد][😀]\n");
}

TEST(MarkdownParser, C9_raw_HTML_is_text) {
  EXPECT_EQ(outline("a <b>c</b> <script>alert('x')</script>"), "P a <b>c</b> <script>alert('x')</script>\n");
  EXPECT_EQ(outline("<div class=\"x\">\n  *a*\n</div>\n\n*b*"),
            "P <div class=\"x\">\n  *a*\n</div>\nP <i>b</i>\n");
  EXPECT_EQ(outline("<!-- a\n\nb -->"), "P <!-- a\n\nb -->\n");
}

TEST(MarkdownParser, C9_entities_are_characters) {
  EXPECT_EQ(outline("&lt;b&gt; &copy; &#8212; &#x1F600; &unknown; &#0; `&lt;`"),
            "P <b> © — 😀 &unknown; \uFFFD <m>&lt;</m>\n");
}

TEST(MarkdownParser, C9_a_NUL_is_shown_as_a_replacement) {
  EXPECT_EQ(outline(std::string_view("a\0**b\0** `c\0`", 13)), "P a\uFFFD<b>b\uFFFD</b> <m>c\uFFFD</m>\n");
}

TEST(MarkdownParser, C9_what_is_not_closed_is_text) {
  EXPECT_EQ(outline("a **b *c ~~d `e [f](g [h] ![i"), "P a **b *c ~~d `e [f](g [h] ![i\n");
  EXPECT_EQ(outline("```cpp\nint"), "C {cpp} int\n\n");
  EXPECT_EQ(outline("| a | b |\n|---"), "P | a | b |\n|---\n");
  EXPECT_EQ(outline("<div"), "P <div\n");
  EXPECT_EQ(outline("# **a"), "H1 **a\n");
}

TEST(MarkdownParser, C9_deep_nesting_is_shown_at_a_limited_depth) {
  for (const std::string_view mark : {">", "> ", "- ", "1. ", "> - "}) {
    std::string text;
    while (text.size() < 30'000) text += mark;
    const Document document = parse_markdown(text + "end");
    ASSERT_FALSE(document.blocks.empty());
    EXPECT_LT(document.blocks.size(), 8u);
    for (const Block& block : document.blocks) {
      EXPECT_LE(block.containers.size(), kMaxDepth);
      EXPECT_LE(block.markers.size(), kMaxDepth);
    }
    EXPECT_TRUE(document.blocks.back().text.text.ends_with("end"));
  }
}

TEST(MarkdownParser, C9_what_would_take_too_long_is_shown_as_it_is_written) {
  std::string wide = "|";
  for (int i = 0; i < 2'000; ++i) wide += "a|";
  wide += "\n|";
  for (int i = 0; i < 2'000; ++i) wide += "---|";
  wide += "\n";
  for (int i = 0; i < 8'000; ++i) wide += "|\n";
  const Document plain = parse_markdown(wide);
  ASSERT_EQ(plain.blocks.size(), 1u) << "not a table of 16 million cells";
  EXPECT_TRUE(plain.blocks[0].text.text == wide.substr(0, wide.size() - 1));

  const std::string pairs =
      "[x]: /foo\n\n" + std::string(15'000, '[') + std::string(15'000, ']') + "\n\n**bold**";
  EXPECT_TRUE(outline(pairs) == "P " + pairs + "\n");
  EXPECT_TRUE(outline(pairs.substr(11)) == "P " + pairs.substr(11, 30'000) + "\nP <b>bold</b>\n");
}

TEST(MarkdownParser, C9_targets_of_links_take_limited_memory) {
  std::string text = "[x]: http://a.b/" + std::string(1'900, 'x') + "&amp;\n[y]: http://b.c\n\n";
  while (text.size() < 32'000) text += "[x] [y] ";
  std::size_t bytes = 0;
  for (const std::string& link : parse_markdown(text).links) bytes += link.size();
  EXPECT_LE(bytes, 256u * 1024);
  EXPECT_EQ(outline("[a](http://b.c/" + std::string(5'000, 'x') + ")"), "P a\n");
}

}  // namespace
}  // namespace belay::exports
