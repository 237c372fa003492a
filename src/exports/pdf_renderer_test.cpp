#include "exports/pdf_renderer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "exports/pdf_testing.hpp"

namespace belay::exports {
namespace {

constexpr WallTime kNoon{1'795'262'400'000};  // 2026-11-21T12:00:00Z
constexpr std::size_t kMiB = 1024 * 1024;

std::string pdf_of(const std::string& content, Role role = Role::assistant) {
  StoredMessage message;
  message.role = role;
  message.content = content;
  message.state = "complete";
  message.created = kNoon;
  PdfRenderer renderer;
  std::string out;
  renderer.begin({"Title", "c1", kNoon}, out);
  renderer.add(message, out);
  EXPECT_TRUE(renderer.end(out));
  return out;
}
std::string text_of(const std::string& content) {
  return PdfFile(pdf_of(content)).text();
}
std::string marked_up(const std::string& content) {
  return PdfFile(pdf_of(content)).marked_up();
}

bool has(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

// Returns where a piece of text is on its page, from the left, in the units of pdftohtml.
int left_of(const std::string& xml, std::string_view text) {
  const std::size_t at = xml.rfind("left=\"", xml.find(text));
  return at == std::string::npos ? -1 : std::stoi(xml.substr(at + 6));
}

TEST(PdfMarkdown, C9_marks_become_styles) {
  const std::string xml = marked_up("# Head\n\na **bold** b *slanted* c ~~struck~~ d `fixed` e");
  EXPECT_TRUE(has(xml, "<b>Head</b>")) << xml;
  EXPECT_TRUE(has(xml, "<b>bold</b>")) << xml;
  EXPECT_TRUE(has(xml, "<i>slanted</i>")) << xml;
  EXPECT_FALSE(has(xml, "**") || has(xml, "~~") || has(xml, "`") || has(xml, "# Head")) << xml;
  EXPECT_TRUE(has(PdfFile(pdf_of("`fixed`")).fonts(), "NotoSansMono"));
}

TEST(PdfMarkdown, C9_a_prompt_is_Markdown_too) {
  const std::string xml = PdfFile(pdf_of("**bold**", Role::user)).marked_up();
  EXPECT_TRUE(has(xml, "<b>bold</b>")) << xml;
}

TEST(PdfMarkdown, C9_links_can_be_clicked) {
  const std::string xml = marked_up(
      "[here](https://example.com/) [bad](javascript:alert) ![hill](http://a.b/x.png)\nwww.c.d\n\n"
      "| a |\n|---|\n| [رابط](http://e.f) |\n\n- [项目](mailto:a@b.c)");
  for (const auto* link : {"<a href=\"https://example.com/\">here</a>",
                           "<a href=\"http://a.b/x.png\">hill</a>", "<a href=\"http://www.c.d\">www.c.d</a>",
                           "<a href=\"mailto:a@b.c\">项目</a>", "<a href=\"http://e.f\">"})
    EXPECT_TRUE(has(xml, link)) << link << "\n" << xml;
  EXPECT_FALSE(has(xml, "javascript")) << xml;
}

TEST(PdfMarkdown, C9_a_link_over_two_lines_can_be_clicked_on_both) {
  std::string words;
  for (int i = 0; i < 40; ++i) words += "word ";
  EXPECT_EQ(count(pdf_of("[" + words + "](https://example.com/)"), "/URI (https://example.com/)"), 3u);
}

TEST(PdfMarkdown, C9_a_document_has_a_limited_number_of_links) {
  std::string text;
  for (int i = 0; i < 25'000; ++i) text += "[a](http://b.c)\n";
  EXPECT_EQ(count(pdf_of(text), "/URI (http://b.c)"), PageWriter::kMaxLinks);
}

TEST(PdfMarkdown, C9_lists_have_signs_and_are_indented) {
  const std::string content = "outside\n\n- bullet\n  - nested\n    1. third\n- [ ] open\n- [x] done";
  const std::string xml = marked_up(content), text = text_of(content);
  for (const auto* sign : {"•", "◦", "1.", "☐", "☑"}) EXPECT_TRUE(has(text, sign)) << sign << "\n" << text;
  EXPECT_LT(left_of(xml, "outside"), left_of(xml, "bullet"));
  EXPECT_LT(left_of(xml, "bullet"), left_of(xml, "nested"));
  EXPECT_LT(left_of(xml, "nested"), left_of(xml, "third"));
  EXPECT_FALSE(has(text, "- ") || has(text, "[x]")) << text;
}

TEST(PdfMarkdown, C9_a_list_in_a_script_from_right_to_left_is_indented_on_the_right) {
  const std::string xml = marked_up("- عنصر\n  - داخلي\n");
  EXPECT_GT(left_of(xml, "•"), left_of(xml, "◦")) << xml;
  EXPECT_GT(left_of(xml, "◦"), 600) << "the page is 892 wide\n" << xml;
}

TEST(PdfMarkdown, C9_code_names_its_language_and_keeps_its_marks) {
  const std::string text = text_of("```python\nif a:\n    **b**()  # 呼吸\n\n```\n\n    [x](y)");
  EXPECT_TRUE(has(text, "python\n")) << text;
  EXPECT_TRUE(has(text, "    **b**()")) << text;
  EXPECT_TRUE(has(text, "# 呼吸")) << text;
  EXPECT_TRUE(has(text, "[x](y)")) << text;
  EXPECT_FALSE(has(text, "```")) << text;
}

TEST(PdfMarkdown, C9_quotes_rules_and_raw_HTML) {
  const std::string xml = marked_up("outside\n\n> quoted **bold**\n>> twice\n\n---\n\n<b>raw</b>");
  EXPECT_LT(left_of(xml, "outside"), left_of(xml, "quoted"));
  EXPECT_LT(left_of(xml, "quoted"), left_of(xml, "twice"));
  EXPECT_TRUE(has(xml, "&lt;b&gt;raw&lt;/b&gt;")) << xml;
  EXPECT_FALSE(has(xml, "---")) << xml;
}

TEST(PdfMarkdown, C9_a_table_has_columns_that_are_aligned) {
  const std::string xml =
      marked_up("| name | value |\n|:---|---:|\n| a | **1** |\n| long long name | 1000000 |");
  EXPECT_TRUE(has(xml, "<b>name</b>")) << xml;
  EXPECT_TRUE(has(xml, "<b>1</b>")) << xml;
  EXPECT_FALSE(has(xml, "|") || has(xml, "---")) << xml;
  EXPECT_EQ(left_of(xml, "name</b>"), left_of(xml, "long long name"));
  EXPECT_GT(left_of(xml, "<b>1</b>"), left_of(xml, "1000000")) << "aligned at the right";
}

TEST(PdfMarkdown, C9_tables_in_Chinese_Arabic_and_with_emoji) {
  const std::string xml =
      marked_up("| 名称 | 数值 |\n|---|---|\n| **粗体** | 😀 |\n\n| اسم | قيمة |\n|---|---|\n| أحمد | 1 |");
  EXPECT_TRUE(has(xml, "<b>名称</b>") && has(xml, "<b>粗体</b>")) << xml;
  EXPECT_LT(left_of(xml, ">1<"), 800) << xml;
  EXPECT_GT(left_of(xml, ">د<"), left_of(xml, ">1<")) << "the first column is on the right\n" << xml;
}

TEST(PdfMarkdown, C9_long_cells_wrap_and_nothing_leaves_the_page) {
  std::string words;
  for (int i = 0; i < 300; ++i) words += "word" + std::to_string(i) + " ";
  const std::string xml =
      marked_up("| a | b |\n|---|---|\n| " + words + " | " + std::string(2'000, 'w') + " |\n| last | row |");
  for (int i = 0; i < 300; ++i) EXPECT_TRUE(has(xml, "word" + std::to_string(i)));
  EXPECT_GE(count(xml, "w"), 2'000u);
  for (std::size_t at = xml.find("<text "); at != std::string::npos; at = xml.find("<text ", at + 1)) {
    const auto number = [&](const char* name) { return std::stoi(xml.substr(xml.find(name, at) + 7)); };
    EXPECT_LE(std::stoi(xml.substr(xml.find("left=\"", at) + 6)) + number("width=\""), 892 - 80);
    EXPECT_LE(std::stoi(xml.substr(xml.find("top=\"", at) + 5)), 1262 - 40);
  }
  EXPECT_TRUE(has(xml, ">last<"));
}

TEST(PdfMarkdown, C9_a_table_with_more_columns_than_fit_shows_all_of_them) {
  std::string head = "|", delimiters = "|", row = "|";
  for (int i = 0; i < 60; ++i) {
    head += "head" + std::to_string(i) + "|";
    delimiters += "---|";
    row += "cell" + std::to_string(i) + "|";
  }
  const std::string xml = marked_up(head + "\n" + delimiters + "\n" + row + "\n" + row);
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(count(xml, "<b>head" + std::to_string(i) + "</b>"), 2u) << i;
    EXPECT_TRUE(has(xml, "cell" + std::to_string(i))) << i;
  }
  EXPECT_TRUE(has(marked_up(head + "\n" + delimiters), "head59"));
}

TEST(PdfMarkdown, C9_a_long_table_breaks_between_rows_and_repeats_its_head) {
  std::string table = "| number | text |\n|---|---|\n";
  for (int i = 0; i < 10'000; ++i) table += "| row" + std::to_string(i) + " | **b** |\n";
  const PdfFile file(pdf_of(table + "\nAfter the table"));
  const std::string text = file.text();
  const std::size_t pages = count(text, "\f");
  EXPECT_GT(pages, 100u);
  EXPECT_EQ(count(text, "number"), pages) << "the head is on every page, and once on each";
  std::size_t at = 0;
  for (int i = 0; i < 10'000; ++i) {
    at = text.find("row" + std::to_string(i) + " ", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_TRUE(has(text, "After the table"));
}

TEST(PdfMarkdown, C9_a_row_higher_than_a_page_continues_on_the_next) {
  std::string words;
  for (int i = 0; i < 3'000; ++i) words += "w" + std::to_string(i) + " ";
  const std::string text = text_of("| head | b |\n|---|---|\n| " + words + " | short |\n| last | x |");
  EXPECT_GT(count(text, "\f"), 2u);
  EXPECT_TRUE(has(text, "w0 ") && has(text, "w2999") && has(text, "last"));
  EXPECT_EQ(count(text, "head"), count(text, "\f"));
}

TEST(PdfMarkdown, C9_what_is_not_closed_is_shown_as_it_is_written) {
  const std::string text = text_of("a **b [c](d ![e `f\n\n| g | h |\n\n```sh\nls");
  EXPECT_TRUE(has(text, "a **b [c](d ![e `f")) << text;
  EXPECT_TRUE(has(text, "|")) << text;
  EXPECT_TRUE(has(text, "ls")) << text;
}

// The numbers of parts and bytes are limits that do not depend on time.
TEST(PdfMarkdown, C9_a_hostile_message_becomes_a_limited_document) {
  for (const std::string_view what :
       {">", "> ", "- ", "1. ", "[", "*a**b", "`a`", "a\u0301\u0302", "\u0301"}) {
    const bool is_drawn = what.front() != '>' && what != "- " && what != "1. ";
    std::string text;
    while (text.size() < (is_drawn ? kMiB / 16 : kMiB)) text += what;
    StoredMessage message;
    message.content = text;
    PdfRenderer renderer;
    std::string out;
    renderer.begin({"Title", "c1", kNoon}, out);
    std::size_t parts = 1, largest = 0;
    while (renderer.add_part(message, out) == Renderer::Part::more) {
      largest = std::max(largest, out.size());
      out.clear();
      ++parts;
    }
    EXPECT_TRUE(renderer.end(out)) << what;
    EXPECT_LT(largest, 256u * 1024) << what;
    EXPECT_LT(parts, 4'000u) << what;
  }
}

TEST(PdfMarkdown, C9_text_is_laid_out_in_parts_that_join_to_the_whole) {
  for (const std::string_view what :
       {"w", "word ", "息", "😀", "a\n", "a\u0301\u0302", "\u0301", "\xFF", "é"}) {
    RichText text;
    text.append("x");
    while (text.text.size() < 50'000) text.append(what, text.runs.size() % 2 == 0 ? kBold : kPlain);
    std::size_t at = 0, parts = 0;
    while (at < text.text.size()) {
      const std::size_t end = part_end(text, at);
      ASSERT_GT(end, at) << what;
      ASSERT_LE(end - at, 16'384u + 4);
      if (end < text.text.size()) {
        EXPECT_NE(static_cast<unsigned char>(text.text[end]) & 0xC0, 0x80) << what;
      }
      at = end;
      ++parts;
    }
    EXPECT_LT(parts, 3'000u) << what;
  }
}

}  // namespace
}  // namespace belay::exports
