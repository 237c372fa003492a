#include "core/types/title.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

using std::string_literals::operator""s;

TEST(TitleOfQuestion, C12_is_its_first_line_that_says_something) {
  EXPECT_EQ(title_of_question("What is a grigri?"), "What is a grigri?");
  EXPECT_EQ(title_of_question(" \t\r\n \n\x01\x02\n  What?  \r\nAnd why?"), "What?  ");
  EXPECT_EQ(title_of_question(""), "");
  EXPECT_EQ(title_of_question(" \n\t\n\x1B\n"), "");
}

TEST(TitleOfQuestion, C12_holds_no_control_characters_and_no_tabs) {
  EXPECT_EQ(title_of_question("\x1B[31mred\x07 and\tblue\0!"s), "[31mred and blue!");
  EXPECT_EQ(title_of_question("abc\u202Edef\u200E\u2028ghi\u0085"), "abcdefghi");
}

TEST(TitleOfQuestion, C12_is_valid_whatever_the_bytes) {
  EXPECT_EQ(title_of_question("What\xE2\x82"), "What");
  EXPECT_EQ(title_of_question("\xFF\nWhat?"), "What?");
}

TEST(TitleOfQuestion, C12_is_cut_between_two_characters) {
  EXPECT_EQ(title_of_question(std::string(80, 'x')), std::string(80, 'x'));
  EXPECT_EQ(title_of_question(std::string(81, 'x')), std::string(80, 'x') + "…");
  EXPECT_EQ(title_of_question(std::string(79, 'x') + "ü"), std::string(79, 'x') + "…");
  EXPECT_EQ(title_of_question(std::string(1'000, '\x01') + "seen too late\nseen"), "seen");
  EXPECT_EQ(title_of_question("x" + std::string(1'000, '\x01')), "x…");
}

}  // namespace
}  // namespace belay
