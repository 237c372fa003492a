#include "prompts/token_estimate.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace belay::prompts {
namespace {

// A text, and its token counts from real tokenizers (see testdata/count_tokens.mjs).
struct Counted {
  std::string name;
  std::string text;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};

std::vector<Counted> counted_texts() {
  std::ifstream file(BELAY_PROMPTS_TESTDATA "/token_counts.json");
  std::stringstream text;
  text << file.rdbuf();
  std::vector<Counted> all;
  const auto data = boost::json::parse(text.str());
  for (const auto& row : data.at("texts").as_array()) {
    Counted counted{std::string(row.at("name").as_string()), std::string(row.at("text").as_string())};
    counted.min = ~std::uint64_t{0};
    for (const auto& count : row.at("counts").as_object()) {
      counted.min = std::min(counted.min, count.value().to_number<std::uint64_t>());
      counted.max = std::max(counted.max, count.value().to_number<std::uint64_t>());
    }
    all.push_back(std::move(counted));
  }
  return all;
}

TEST(TokenEstimate, holds_against_the_largest_of_four_real_counts_in_every_script) {
  const auto texts = counted_texts();
  ASSERT_GE(texts.size(), 60u);
  for (const Counted& each : texts) {
    const std::uint64_t estimate = estimate_tokens(each.text).value;
    if (each.name == "chinese_rare")
      EXPECT_GE(estimate * 5, each.max * 4) << each.name;
    else
      EXPECT_GE(estimate, each.max) << each.name;
  }
}

TEST(TokenEstimate, is_not_so_careful_that_windows_go_to_waste) {
  for (const Counted& each : counted_texts())
    EXPECT_LE(estimate_tokens(each.text).value, each.max * 23 / 10 + 1) << each.name;
}

TEST(TokenEstimate, plain_english_is_several_characters_a_token_and_chinese_is_not) {
  for (const Counted& each : counted_texts()) {
    const std::uint64_t estimate = estimate_tokens(each.text).value;
    if (each.name == "english") {
      EXPECT_LE(estimate * 10, each.text.size() * 4);
    }
    if (each.name == "chinese_simplified") {
      EXPECT_GE(estimate, each.text.size() / 3);
    }
  }
}

TEST(TokenEstimate, each_character_has_a_weight_and_each_word_a_token_at_least) {
  EXPECT_EQ(estimate_tokens("").value, 0u);
  EXPECT_EQ(estimate_tokens("a").value, 1u);
  EXPECT_EQ(estimate_tokens("area").value, 2u);
  EXPECT_EQ(estimate_tokens("a-b").value, 3u);
  EXPECT_EQ(estimate_tokens("123").value, 3u);
  EXPECT_EQ(estimate_tokens("{}[]@`").value, 6u);
  EXPECT_EQ(estimate_tokens("      ").value, 1u);
  EXPECT_EQ(estimate_tokens("世界").value, 4u);
  EXPECT_EQ(estimate_tokens("😀").value, 3u);
}

TEST(TokenEstimate, broken_utf8_counts_by_its_bytes) {
  EXPECT_EQ(estimate_tokens("\x80").value, 2u);
  EXPECT_GE(estimate_tokens("\xF0\x9F\x98").value, 3u);
  EXPECT_GE(estimate_tokens("\xED\xA0\x80").value, 3u);
}

TEST(TokenEstimate, a_text_in_two_parts_never_counts_less_than_in_one) {
  const std::string text =
      "The year 2026: 世界 and {\"json\": [1, 2]} — naïve ខ្មែរ Հայ 🙂.";
  const auto whole = estimate_tokens(text).value;
  for (std::size_t i = 0; i <= text.size(); ++i)
    EXPECT_GE(estimate_tokens(text.substr(0, i)).value + estimate_tokens(text.substr(i)).value, whole) << i;
}

TEST(TokenEstimate, a_message_costs_its_text_and_a_little_more) {
  EXPECT_EQ(message_tokens("").value, 8u);
  EXPECT_EQ(message_tokens("123").value, 11u);
}

}  // namespace
}  // namespace belay::prompts
