#include "exports/renderer.hpp"

#include <cstdlib>
#include <fstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "exports/pdf_testing.hpp"

namespace belay::exports {
namespace {

constexpr WallTime kNoon{1'795'262'400'000};  // 2026-11-21T12:00:00Z

StoredMessage message(Role role, std::string content, std::string state = "complete") {
  StoredMessage made;
  made.role = role;
  made.content = std::move(content);
  made.state = std::move(state);
  made.model = role == Role::assistant ? "demo" : "";
  made.created = kNoon;
  return made;
}

std::string document(Format format, const std::vector<StoredMessage>& messages,
                     const Heading& heading = {"Breath", "c1", kNoon}) {
  const auto renderer = make_renderer(format);
  std::string out;
  renderer->begin(heading, out);
  for (const StoredMessage& each : messages) renderer->add(each, out);
  EXPECT_TRUE(renderer->end(out));
  return out;
}

TEST(Exports, C9_formats_have_names_and_types) {
  EXPECT_EQ(format_from("md"), Format::markdown);
  EXPECT_EQ(format_from("pdf"), Format::pdf);
  EXPECT_EQ(format_from("json"), Format::json);
  EXPECT_FALSE(format_from("docx"));
  EXPECT_EQ(content_type(Format::pdf), "application/pdf");
}

TEST(JsonExport, C9_every_message_with_what_is_known_of_it) {
  auto answer = message(Role::assistant, "\"Out\"\nand 息", "interrupted");
  answer.usage.input = {12};
  answer.usage.output = {3};
  answer.reaction = Reaction::like;
  const std::string id = answer.run.text();
  EXPECT_EQ(
      document(Format::json, {message(Role::user, "In?"), answer}),
      R"({"conversation":"c1","title":"Breath","exported":"2026-11-21T12:00:00.000Z","messages":[)"
      "\n"
      R"({"id":")" +
          id +
          R"(-u","role":"user","content":"In?","created":"2026-11-21T12:00:00.000Z","state":"complete"},)"
          "\n"
          R"({"id":")" +
          id +
          R"(-a","role":"assistant","content":"\"Out\"\nand 息","created":"2026-11-21T12:00:00.000Z",)"
          R"("state":"interrupted","model":"demo","usage":{"input_tokens":12,"output_tokens":3},)"
          R"("reaction":"like"})"
          "\n]}\n");
}

TEST(Exports, C15_an_answer_that_was_cut_off_says_so_in_every_format) {
  auto answer = message(Role::assistant, "Half an", "complete");
  answer.finish = FinishReason::length;
  EXPECT_NE(document(Format::json, {answer}).find(R"("finish":"length")"), std::string::npos);
  EXPECT_NE(document(Format::markdown, {answer}).find("cut off at the length limit"), std::string::npos);
  answer.state = "failed";
  answer.finish = FinishReason::content_filter;
  EXPECT_NE(document(Format::json, {answer}).find(R"("finish":"content_filter")"), std::string::npos);
  EXPECT_NE(document(Format::markdown, {answer}).find("cut off by the provider's filter"), std::string::npos);
  answer.state = "complete";
  answer.finish = FinishReason::stop;
  EXPECT_EQ(document(Format::markdown, {answer}).find("cut off"), std::string::npos);
}

// A long message is added in parts, and rendering pauses between them.
TEST(Exports, X21_a_long_message_comes_in_parts_that_make_the_same_document) {
  std::string text = "Before\n\n```cpp\n";
  for (int i = 0; i < 6'000; ++i) text += "int 変数_" + std::to_string(i) + ";\n\n";
  text += "```\nafter 🚪";
  const auto long_one = message(Role::assistant, text);
  for (const Format format : {Format::json, Format::markdown, Format::pdf}) {
    const auto renderer = make_renderer(format);
    std::string out;
    renderer->begin({"Breath", "c1", kNoon}, out);
    int parts = 1;
    while (renderer->add_part(long_one, out) == Renderer::Part::more) ++parts;
    EXPECT_GT(parts, 1);
    renderer->add(message(Role::user, "next"), out);
    EXPECT_TRUE(renderer->end(out));
    if (format == Format::json) {
      const auto messages = boost::json::parse(out).at("messages").as_array();
      EXPECT_EQ(messages.at(0).at("content").as_string(), text);
      EXPECT_EQ(messages.at(1).at("content").as_string(), "next");
    }
    if (format == Format::markdown) {
      EXPECT_NE(out.find("\n\n" + text + "\n\n## User"), std::string::npos);
    }
  }
}

TEST(Exports, X21_a_part_never_ends_within_a_character) {
  for (std::size_t ahead = 0; ahead < 4; ++ahead) {
    std::string text(ahead, 'x');
    while (text.size() < 200'000) text += "🚪";
    std::string again;
    while (again.size() < text.size()) {
      const std::string_view part = part_of(text, again.size());
      ASSERT_FALSE(part.empty());
      EXPECT_NE(static_cast<unsigned char>(part.front()) & 0xC0, 0x80);
      again.append(part);
    }
    EXPECT_EQ(again, text);
  }
}

TEST(JsonExport, C9_a_conversation_without_messages_is_json_too) {
  EXPECT_TRUE(boost::json::parse(document(Format::json, {})).at("messages").as_array().empty());
}

TEST(MarkdownExport, C9_a_heading_a_message_and_its_text_as_it_stands) {
  EXPECT_EQ(document(Format::markdown,
                     {message(Role::user, "# mine\n*x*"), message(Role::assistant, "ok", "cancelled")},
                     {"Two\nlines", "c1", kNoon}),
            "# Two lines\n\nExported 2026-11-21 12:00 UTC\n"
            "\n## User · 2026-11-21 12:00 UTC\n\n# mine\n*x*\n"
            "\n## Assistant · 2026-11-21 12:00 UTC · demo · cancelled\n\nok\n");
}

TEST(MarkdownExport, C9_a_fence_that_a_cut_answer_left_open_does_not_swallow_what_follows) {
  const std::string out = document(Format::markdown, {message(Role::assistant, "```cpp\nint", "interrupted"),
                                                      message(Role::user, "go on")});
  EXPECT_NE(out.find("```cpp\nint\n```\n\n## User"), std::string::npos) << out;
}

// If BELAY_EXPORT_SAMPLE is set, the document is written to that path, for viewing: docs/pictures/.
TEST(PdfExport, C9_every_script_emoji_and_code_become_a_document) {
  const std::string pdf = document(
      Format::pdf,
      {message(Role::user, "How do I breathe on the last hill?\nКак дышать на последнем подъёме?"),
       message(
           Role::assistant,
           "## Long breaths out 💪🔥\n"
           "**Short steps**, eyes *up*. See [the guide](https://example.com/guide).\n"
           "- Короткие шаги, **длинный выдох**\n"
           "  - लंबी साँस बाहर छोड़ो, *छोटे कदम* रखो\n"
           "- [x] 慢慢呼气，**步子要小：**眼睛看前方\n"
           "- [ ] ゆっくり息を吐いて。천천히 내쉬세요. 🧘🏽‍♂️ 👨‍👩‍👧 "
           "❤️\n"
           "\n"
           "> خذ نفسًا عميقًا ثم **أخرجه ببطء**، ولا تتحمّل الألم الحاد (10 ثوانٍ).\n"
           "\n"
           "| Hill | Steps | Breaths |\n"
           "|:-----|------:|:-------:|\n"
           "| First | 120 | every 4 |\n"
           "| 最后的山坡 | 1,450 | **every 2** |\n"
           "\n"
           "To count it with `len`:\n"
           "```python\n"
           "def breaths_per_minute(stamps):\n"
           "    recent = [s for s in stamps if stamps[-1] - s <= 60.0]\n"
           "    # 呼吸 / дыхание / a comment that is so long that it does not fit into one line of this "
           "page, "
           "and so it goes on\n"
           "    return len(recent)\n"
           "```\n"
           "That is all."),
       message(Role::user, "/stop"), message(Role::assistant, "One more second of air, and", "cancelled")},
      {"The last hill — 最后的山坡", "c1", kNoon});
  EXPECT_TRUE(pdf.starts_with("%PDF-"));
  EXPECT_EQ(count(pdf, "%%EOF"), 1u);
  EXPECT_GE(count(pdf, "/FontFile"), 5u) << "a font for each script stands in the document itself";
  if (const char* path = std::getenv("BELAY_EXPORT_SAMPLE")) std::ofstream(path, std::ios::binary) << pdf;
}

TEST(PdfExport, C9_pages_are_given_away_as_they_are_made_however_long_the_chat) {
  const auto renderer = make_renderer(Format::pdf);
  std::string out;
  std::size_t total = 0, largest = 0, pieces = 0;
  const auto take = [&] {
    total += out.size();
    largest = std::max(largest, out.size());
    pieces += out.empty() ? 0 : 1;
    out.clear();
  };
  renderer->begin({"Long", "c1", kNoon}, out);
  take();
  for (int i = 0; i < 400; ++i) {
    renderer->add(message(Role::user, "Message " + std::to_string(i) + std::string(900, 'x')), out);
    take();
  }
  EXPECT_GT(pieces, 30u);
  EXPECT_LT(largest, 64u << 10);
  const std::size_t pages = total;
  ASSERT_TRUE(renderer->end(out));
  take();
  EXPECT_LT(total - pages, pages) << "what is left for the end is the fonts and the list of pages";
}

TEST(PdfExport, C9_a_paragraph_without_a_space_and_broken_fences_are_laid_out_all_the_same) {
  const std::string pdf =
      document(Format::pdf, {message(Role::user, std::string(100'000, 'w')), message(Role::assistant, ""),
                             message(Role::assistant, "```\n\n\n"), message(Role::user, "\r\n\r\n\t")});
  EXPECT_GT(count(pdf, "/Type /Page "), 10u);
}

TEST(PdfExport, C9_a_NUL_in_a_message_does_not_end_it) {
  const std::string text = std::string("before\0", 7) + std::string(100'000, 'w');
  const std::string pdf = document(Format::pdf, {message(Role::assistant, text)});
  EXPECT_GT(count(pdf, "/Type /Page "), 10u);
}

TEST(PdfExport, a_document_that_is_given_up_leaves_nothing_behind) {
  const auto renderer = make_renderer(Format::pdf);
  std::string out;
  renderer->begin({"Given up", "c1", kNoon}, out);
  renderer->add(message(Role::user, "x"), out);
}

}  // namespace
}  // namespace belay::exports
