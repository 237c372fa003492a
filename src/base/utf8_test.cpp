#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

TEST(Utf8, AcceptsWhatRfc3629Allows) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("plain"));
  EXPECT_TRUE(is_valid_utf8("é € 😀 \U0010FFFF"));
}

TEST(Utf8, RefusesOverlongSurrogatesAndWhatIsTooHigh) {
  for (const char* broken : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                             "\xF8\x88\x80\x80\x80", "\x80", "\xE2\x82"})
    EXPECT_FALSE(is_valid_utf8(broken)) << broken;
}

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_code_points("aé€😀"), 4u);
}

std::string join(std::initializer_list<std::string_view> pieces) {
  Utf8Joiner joiner;
  std::string out;
  for (const auto piece : pieces) joiner.push(piece, out);
  joiner.finish(out);
  return out;
}

TEST(Utf8Joiner, GivesTheSameTextHoweverItIsCut) {
  const std::string text = "aé€😀z \xED\xA0\x80 \xF0\x9F x";
  const std::string whole = join({text});
  for (std::size_t i = 0; i <= text.size(); ++i)
    for (std::size_t j = i; j <= text.size(); ++j) {
      const std::string_view view = text;
      EXPECT_EQ(join({view.substr(0, i), view.substr(i, j - i), view.substr(j)}), whole) << i << ' ' << j;
    }
}

TEST(Utf8Joiner, ReplacesEachMaximalBrokenPartOnce) {
  EXPECT_EQ(join({"\xF0\x9F"}), "\uFFFD");
  EXPECT_EQ(join({"\xF0\x9F", "a"}), "\uFFFDa");
  EXPECT_EQ(join({"\xED\xA0\x80"}), "\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace belay
