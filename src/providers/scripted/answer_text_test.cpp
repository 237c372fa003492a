#include "providers/scripted/answer_text.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace belay::providers {
namespace {

std::vector<std::string> pieces_of(AnswerText& text) {
  std::vector<std::string> pieces;
  for (std::string_view piece = text.next(); !piece.empty(); piece = text.next()) pieces.emplace_back(piece);
  return pieces;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string all;
  for (const std::string& piece : pieces) all += piece;
  return all;
}

std::vector<std::string> cut(std::string text, Cutting cutting) {
  return pieces_of(*cut_text(std::make_shared<const std::string>(std::move(text)), cutting));
}

using Pieces = std::vector<std::string>;

TEST(AnswerText, CutsByWordsWithTheSpaceBefore) {
  EXPECT_EQ(cut("one two\n three ", {}), (Pieces{"one", " two", "\n three", " "}));
  EXPECT_EQ(cut("one two three", {.size = 2}), (Pieces{"one two", " three"}));
  EXPECT_EQ(cut("", {}), Pieces{});
}

TEST(AnswerText, CutsByBytesButNotThroughACharacterUnlessTold) {
  EXPECT_EQ(cut("aé€", {.by = Cutting::By::bytes, .size = 2}), (Pieces{"aé", "€"}));
  EXPECT_EQ(cut("aé€", {.by = Cutting::By::bytes, .size = 2, .split_utf8 = true}),
            (Pieces{"a\xC3", "\xA9\xE2", "\x82\xAC"}));
}

TEST(AnswerText, CutsWordsInsideACharacterWhenTold) {
  EXPECT_EQ(cut("naïve plain", {.split_utf8 = true}), (Pieces{"na\xC3", "\xAFve", " plain"}));
}

TEST(AnswerText, RandomPiecesJoinToTheTextAndSplitCharactersAtTimes) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "Grüße aus Zürich, 東京 und 😀 überall. ";
  const Pieces pieces = cut(text, {.by = Cutting::By::random, .seed = 7});
  EXPECT_EQ(joined(pieces), text);
  EXPECT_TRUE(std::any_of(pieces.begin(), pieces.end(),
                          [](const std::string& piece) { return !is_valid_utf8(piece); }));
  EXPECT_EQ(cut(text, {.by = Cutting::By::random, .seed = 7}), pieces) << "the same seed cuts alike";
  EXPECT_NE(cut(text, {.by = Cutting::By::random, .seed = 8}), pieces);
}

TEST(AnswerText, NumbersWordsWithFourDigitsAtLeast) {
  EXPECT_EQ(joined(pieces_of(*numbered_words(3))), "0001 0002 0003");
  EXPECT_EQ(joined(pieces_of(*numbered_words(0))), "");
  const std::string many = joined(pieces_of(*numbered_words(10'001)));
  EXPECT_TRUE(many.ends_with(" 9999 10000 10001"));
  EXPECT_EQ(many.size(), 9'999 * 5 - 1 + 2 * 6u);
}

TEST(AnswerText, GoesOnAfterAnyPrefix) {
  const std::string words = "0001 0002 0003 0004";
  const std::string text = "zwölf Boxkämpfer jagen Eva";
  for (std::size_t n = 0; n <= words.size(); ++n) {
    const auto rest = numbered_words(4);
    ASSERT_TRUE(rest->skip(words.substr(0, n)));
    EXPECT_EQ(joined(pieces_of(*rest)), words.substr(n));
  }
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const auto rest = cut_text(std::make_shared<const std::string>(text), {});
    ASSERT_TRUE(rest->skip(text.substr(0, n)));
    EXPECT_EQ(joined(pieces_of(*rest)), text.substr(n));
  }
}

TEST(AnswerText, RefusesWhatIsNoPrefix) {
  for (const char* wrong : {"0001 0003", "x", "0001 0002 "})
    EXPECT_FALSE(numbered_words(2)->skip(wrong)) << wrong;
  for (const char* wrong : {"ab ", "b", "abc"})
    EXPECT_FALSE(cut_text(std::make_shared<const std::string>("ab"), {})->skip(wrong)) << wrong;
}

}  // namespace
}  // namespace belay::providers
