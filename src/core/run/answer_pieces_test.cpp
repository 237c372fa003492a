#include "core/run/answer_pieces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay {
namespace {

using testing::ElementsAre;

// The pieces of a text that arrives byte by byte, as whole characters.
std::vector<std::string> pieces(std::string_view text) {
  AnswerPieces answer;
  std::vector<std::string> taken;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    answer.push(text.substr(at, end - at));
    if (const auto piece = answer.take(); !piece.empty()) taken.emplace_back(piece);
    at = end;
  }
  if (const auto rest = answer.take_rest(); !rest.empty()) taken.emplace_back(rest);
  return taken;
}

TEST(AnswerPieces, S2_a_piece_is_a_sentence_with_the_space_behind_it) {
  EXPECT_THAT(pieces("Warm up. Climb! Rest? Yes"), ElementsAre("Warm up. ", "Climb! ", "Rest? ", "Yes"));
}

TEST(AnswerPieces, S2_a_line_is_a_piece) {
  EXPECT_THAT(pieces("Week 1\n- hang\n\nWeek 2"), ElementsAre("Week 1\n", "- hang\n", "\nWeek 2"));
}

TEST(AnswerPieces, S2_grades_numbers_of_lists_and_single_letters_end_nothing) {
  EXPECT_THAT(pieces("Try 5.10a or 7.5 kg, e.g. on Monday. Done."),
              ElementsAre("Try 5.10a or 7.5 kg, e.g. on Monday. ", "Done."));
  EXPECT_THAT(pieces("1. Warm up\n 2. Climb"), ElementsAre("1. Warm up\n", " 2. Climb"));
  EXPECT_THAT(pieces("You did 12. Good."), ElementsAre("You did 12. ", "Good."));
}

TEST(AnswerPieces, S2_what_closes_a_sentence_belongs_to_it) {
  EXPECT_THAT(pieces("He said \"go.\" Then **rest!** Now"),
              ElementsAre("He said \"go.\" ", "Then **rest!** ", "Now"));
  EXPECT_THAT(pieces("\u00ABOui\u2026\u00BB Non."), ElementsAre("\u00ABOui\u2026\u00BB ", "Non."));
}

TEST(AnswerPieces, S2_chinese_and_japanese_sentences_need_no_space) {
  EXPECT_THAT(pieces("\u4F11\u3080\u3002\u767B\u308B\uFF01"),
              ElementsAre("\u4F11\u3080\u3002", "\u767B\u308B\uFF01"));
}

TEST(AnswerPieces, S2_a_long_sentence_ends_at_a_space) {
  const std::string words = std::string(999, 'a') + " b";
  EXPECT_THAT(pieces(words + " " + words), ElementsAre(words + " ", words));
}

TEST(AnswerPieces, S2_several_sentences_that_arrive_together_are_one_piece) {
  AnswerPieces answer;
  answer.push("One. Two. Thr");
  EXPECT_EQ(answer.take(), "One. Two. ");
  EXPECT_EQ(answer.take(), "");
  EXPECT_EQ(answer.taken(), 10u);
  answer.push("ee. ");
  EXPECT_EQ(answer.take(), "Three. ");
  EXPECT_EQ(answer.take_rest(), "");
}

TEST(AnswerPieces, X2_after_a_crash_the_pieces_go_on_behind_those_that_were_taken) {
  AnswerPieces answer;
  answer.push("One. Two. Thr");
  answer.skip_to(5);
  EXPECT_EQ(answer.take(), "Two. ");
  answer.clear();
  EXPECT_EQ(answer.text(), "");
  answer.push("Four. ");
  EXPECT_EQ(answer.take(), "Four. ");
}

}  // namespace
}  // namespace belay
