#include "prompts/token_estimate.hpp"

#include <gtest/gtest.h>

namespace belay::prompts {
namespace {

TEST(TokenEstimate, letters_count_a_third_digits_and_marks_one_and_other_scripts_one_and_a_half) {
  EXPECT_EQ(estimate_tokens("").value, 0u);
  EXPECT_EQ(estimate_tokens("a").value, 1u);
  EXPECT_EQ(estimate_tokens("abc").value, 1u);
  EXPECT_EQ(estimate_tokens("abcZ").value, 2u);
  EXPECT_EQ(estimate_tokens("123").value, 3u);
  EXPECT_EQ(estimate_tokens("{}[]@`").value, 6u);
  EXPECT_EQ(estimate_tokens("      ").value, 1u);
  EXPECT_EQ(estimate_tokens("世界").value, 3u);
  EXPECT_EQ(estimate_tokens("😀").value, 2u);
}

TEST(TokenEstimate, a_text_in_two_parts_never_counts_less_than_in_one) {
  const std::string text = "The year 2026: 世界 and {\"json\": [1, 2]} — naïve.";
  const auto whole = estimate_tokens(text).value;
  for (std::size_t i = 0; i <= text.size(); ++i)
    EXPECT_GE(estimate_tokens(text.substr(0, i)).value + estimate_tokens(text.substr(i)).value, whole) << i;
}

}  // namespace
}  // namespace belay::prompts
