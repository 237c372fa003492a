// Requirement X11: text from a server is only shown at a terminal. It has no other effect.
#include "app/commands/terminal_text.hpp"

#include <gtest/gtest.h>

namespace belay::app {
namespace {

TEST(TerminalText, X11_control_characters_of_both_kinds_are_taken_out) {
  EXPECT_EQ(terminal_text("a\x1B[31mb\x1B]0;title\x07"
                          "c"),
            "a[31mb]0;titlec");
  EXPECT_EQ(terminal_text("a\u009B31mb\u009D0;title\u009Cc\u0090d\u0085e\u0080f"), "a31mb0;titlecdef");
  EXPECT_EQ(terminal_text("one\ttwo\r\nthree\x08\x7F\x0B\x0C"), "one\ttwo\nthree");
  EXPECT_EQ(terminal_text(std::string_view("a\0b", 3)), "ab");
}

TEST(TerminalText, X11_direction_overrides_are_taken_out_and_marks_stay) {
  EXPECT_EQ(terminal_text("a\u202Ab\u202Bc\u202Cd\u202De\u202Ef"), "abcdef");
  EXPECT_EQ(terminal_text("a\u2066b\u2067c\u2068d\u2069e"), "abcde");
  EXPECT_EQ(terminal_text("שלום\u200F 1"), "שלום\u200F 1");
}

TEST(TerminalText, other_text_stays_as_it_is) {
  const std::string text = "Grüße, 世界! 👩\u200D💻 \u00A0 \u20AC \u2026\n\tend";
  EXPECT_EQ(terminal_text(text), text);
}

TEST(TerminalText, X11_a_raw_C1_byte_is_no_character_and_does_not_reach_the_terminal) {
  EXPECT_EQ(terminal_text("a\x9B"
                          "31mb"),
            "a\uFFFD31mb");
  EXPECT_EQ(terminal_text("a\xC2"), "a\uFFFD");
}

TEST(TerminalText, X11_whatever_the_cuts_the_same_is_shown) {
  const std::string text = "a\x1B[31m \u009B31m \u202E x é 世 👩 \x9B \xE2\x80 z";
  const std::string shown = terminal_text(text);
  EXPECT_EQ(shown.find('\x1B'), std::string::npos);
  for (std::size_t size = 1; size < text.size(); ++size) {
    TerminalText pieces;
    std::string got;
    for (std::size_t at = 0; at < text.size(); at += size)
      got += pieces.take(std::string_view(text).substr(at, size));
    got += pieces.finish();
    EXPECT_EQ(got, shown) << size;
  }
}

}  // namespace
}  // namespace belay::app
