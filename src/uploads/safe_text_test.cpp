#include "uploads/safe_text.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace belay::uploads {
namespace {

TEST(SafeText, S5_formulas_become_text) {
  EXPECT_EQ(safe_text("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
  EXPECT_EQ(safe_text("@SUM(1+1)*cmd"), "'@SUM(1+1)*cmd");
  EXPECT_EQ(safe_text("+1-cmd"), "'+1-cmd");
  EXPECT_EQ(safe_text("-2+3"), "'-2+3");
  EXPECT_EQ(safe_text("  =1"), "'  =1");
  EXPECT_EQ(safe_text("\t=1"), "' =1");
  EXPECT_EQ(safe_text("\r\n=1"), "' =1");
  EXPECT_EQ(safe_text("\x01=1"), "'=1");
  EXPECT_EQ(safe_text("＝1+1"), "'＝1+1");
}

TEST(SafeText, S5_numbers_and_plain_text_stay) {
  for (const auto* text : {"", "-5", "+7.5", "-1e3", "V5", "a = b", "6a+", "Bürgermeister", "日本"})
    EXPECT_EQ(safe_text(text), text);
}

TEST(SafeText, S5_control_characters_are_removed) {
  EXPECT_EQ(safe_text("a\nb\r\nc\td\x07"
                      "e\x7F\xC2\x85"
                      "f"),
            "a b c def");
}

TEST(SafeText, S5_long_text_is_cut_between_characters) {
  EXPECT_EQ(safe_text("abcdef", 6), "abcdef");
  EXPECT_EQ(safe_text("abcdefg", 6), "abc…");
  EXPECT_EQ(safe_text("äöüß", 6), "ä…");
  EXPECT_EQ(safe_text("abc", 2), "");
  for (std::size_t size = 0; size < 16; ++size) {
    const std::string text = safe_text("=äöü日本語😀", size);
    EXPECT_LE(text.size(), size);
    EXPECT_TRUE(is_valid_utf8(text));
  }
}

TEST(SafeText, S5_numbers) {
  double number = 0;
  for (const auto* text : {"1", "-1.5", "+7", " 1e3 ", "0"}) EXPECT_TRUE(read_number(text, number)) << text;
  for (const auto* text : {"", "+", "-", "1,5", "inf", "nan", "0x10", "1 2", "1e999", "+-1", "1-1"})
    EXPECT_FALSE(read_number(text, number)) << text;
}

}  // namespace
}  // namespace belay::uploads
