#include "exports/markdown/piece_reader.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "exports/markdown/outline_testing.hpp"
#include "exports/markdown/parser.hpp"

namespace belay::exports {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

std::vector<PieceReader::Piece> pieces_of(const std::string& text) {
  PieceReader reader(text);
  std::vector<PieceReader::Piece> pieces;
  while (!reader.at_end()) pieces.push_back(reader.next());
  return pieces;
}

std::string repeat(std::string_view what, std::size_t size) {
  std::string text;
  while (text.size() < size) text += what;
  return text;
}

TEST(PieceReader, C9_a_message_of_usual_size_is_one_piece) {
  const std::string text = repeat("- a\n\n", 30'000);
  ASSERT_EQ(pieces_of(text).size(), 1u);
  EXPECT_EQ(pieces_of(text)[0].text, text);
  EXPECT_TRUE(pieces_of("").empty());
}

TEST(PieceReader, C9_a_long_text_is_cut_between_paragraphs) {
  const std::string paragraph = "- item\n\n  more of *it*\n  - nested\n\nParagraph\nof two lines\n\n";
  const std::string text = repeat(paragraph, 200'000);
  std::string joined, outlines;
  for (const auto& piece : pieces_of(text)) {
    EXPECT_LE(piece.text.size(), 32u * 1024);
    EXPECT_FALSE(piece.continues);
    joined += piece.text;
    outlines += outline(parse_markdown(piece));
  }
  EXPECT_EQ(joined, text);
  const std::size_t count = text.size() / paragraph.size();
  const std::string one = outline(parse_markdown(paragraph));
  EXPECT_EQ(outlines, repeat(one, one.size() * count)) << "no cut changes what is read";
}

TEST(PieceReader, C9_a_table_continues_with_its_head) {
  std::string text = "Before\n\n| n | 名 |\n|--:|---|\n";
  for (int i = 0; i < 10'000; ++i) text += "| " + std::to_string(i) + " | row |\n";
  text += "\nAfter";
  std::size_t rows = 0, pieces = 0;
  std::string last;
  for (const auto& piece : pieces_of(text)) {
    for (const Block& block : parse_markdown(piece).blocks) {
      if (block.kind != Block::Kind::table) {
        last = block.text.text;
        continue;
      }
      EXPECT_EQ(block.continues, pieces > 0);
      ASSERT_EQ(block.table.head.size(), 2u);
      EXPECT_EQ(block.table.head[1].text, "名");
      for (const Table::Row& row : block.table.rows) EXPECT_EQ(row.at(0).text, std::to_string(rows++));
    }
    ++pieces;
  }
  EXPECT_EQ(rows, 10'000u);
  EXPECT_GT(pieces, 3u);
  EXPECT_EQ(last, "After");
}

TEST(PieceReader, C9_code_continues_behind_its_fence) {
  const std::string code = repeat("# no heading\n\n- no list\n```\n\n", 100'000);
  std::string read, after;
  for (const auto& piece : pieces_of("````python\n" + code + "````\n\nAfter"))
    for (const Block& block : parse_markdown(piece).blocks)
      (block.kind == Block::Kind::code ? read : after) += block.text.text;
  EXPECT_EQ(read, code);
  EXPECT_EQ(after, "After");
}

TEST(PieceReader, C9_a_line_that_is_too_long_is_cut_between_characters) {
  for (const std::string_view what : {"w", "息", "😀", "word "}) {
    const std::string text = repeat(what, 200'000);
    std::string joined;
    for (const auto& piece : pieces_of(text)) {
      EXPECT_LE(piece.text.size(), 32u * 1024);
      EXPECT_NE(static_cast<unsigned char>(piece.text.front()) & 0xC0, 0x80);
      joined += piece.text;
    }
    EXPECT_EQ(joined, text);
  }
}

// How much a text of one construct becomes. The limits do not depend on the time.
TEST(PieceReader, C9_a_hostile_text_becomes_a_limited_number_of_blocks) {
  for (const std::string_view what :
       {"[",     "[[[[", ">",      "> ", "- ",   "![", "](", "*",   "**a",      "`",     "<",
        "&",     "|",    "_a",     "~~", "[a](", "\\", "#",  "\n>", "[a]: b\n", "]([\n", "| a |\n|-|\n",
        "```\n", "<!--", "<a b='", "\r", "\t",   "\f"}) {
    const std::size_t size = what == "[[[[" || what == ">" ? kMiB : kMiB / 4;
    std::size_t blocks = 0, bytes = 0, containers = 0;
    for (const auto& piece : pieces_of(repeat(what, size))) {
      EXPECT_LE(piece.text.size(), 36u * 1024);
      const Document document = parse_markdown(piece);
      blocks += document.blocks.size();
      for (const Block& block : document.blocks) {
        containers = std::max(containers, block.containers.size());
        bytes += block.text.text.size();
        for (const Table::Row& row : block.table.rows)
          for (const RichText& cell : row) bytes += cell.text.size();
      }
    }
    EXPECT_LE(containers, kMaxDepth) << what;
    EXPECT_LE(blocks, size / 2) << what;
    EXPECT_LE(bytes, 2 * size) << what;
  }
}

}  // namespace
}  // namespace belay::exports
