#include "prompts/climbing_context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strict_json.hpp"
#include "prompts/token_estimate.hpp"

namespace belay::prompts {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kDocument =
    R"({ "summary": "Twelve climbs.", "goals": ["V8"], "training": {"hours": 5.10},)"
    R"( "climbs": [{"grade":"V5","tries":1.50}, {"grade":"V4"}, {"grade":"V3"}] })";

std::string fitted(std::uint64_t tokens) {
  return ClimbingContext::read(kDocument)->fitted({tokens});
}

TEST(ClimbingContext, S8_a_document_that_fits_is_whole_and_its_numbers_keep_their_text) {
  const std::string whole = R"({"summary":"Twelve climbs.","goals":["V8"],"training":{"hours":5.10},)"
                            R"("climbs":[{"grade":"V5","tries":1.50},{"grade":"V4"},{"grade":"V3"}]})";
  EXPECT_EQ(ClimbingContext::read(kDocument)->whole(), whole);
  EXPECT_EQ(fitted(10'000), whole);
}

TEST(ClimbingContext, S8_what_is_no_object_with_members_is_no_context) {
  for (const std::string_view text : {"", "{}", "[1]", "null", "{\"a\":1", "a fine summary"})
    EXPECT_FALSE(ClimbingContext::read(text)) << text;
}

TEST(ClimbingContext, S9_old_climbs_are_left_out_first_then_sections_then_goals_and_the_summary_last) {
  std::vector<std::string> seen;
  for (std::uint64_t tokens = 400; tokens-- > 0;) {
    const std::string text = fitted(tokens);
    if (seen.empty() || seen.back() != text) seen.push_back(text);
  }
  EXPECT_THAT(
      seen,
      testing::ElementsAre(
          ClimbingContext::read(kDocument)->whole(),
          R"({"summary":"Twelve climbs.","goals":["V8"],"training":{"hours":5.10},"climbs":[{"grade":"V5","tries":1.50},{"grade":"V4"}],"climbs_left_out":1})",
          R"({"summary":"Twelve climbs.","goals":["V8"],"training":{"hours":5.10},"climbs":[{"grade":"V5","tries":1.50}],"climbs_left_out":2})",
          R"({"summary":"Twelve climbs.","goals":["V8"],"training":{"hours":5.10},"climbs":[],"climbs_left_out":3})",
          R"({"summary":"Twelve climbs.","goals":["V8"],"left_out":["training","climbs"]})",
          R"({"summary":"Twelve climbs.","left_out":["goals","training","climbs"]})", ""));
}

TEST(ClimbingContext, S9_what_is_left_takes_no_more_than_the_room) {
  std::string climbs;
  for (int i = 0; i < 500; ++i)
    climbs += (i == 0 ? "" : ",") + std::string(R"({"grade":"V5","notes":"Überhang, 大岩壁"})");
  const std::string document = R"({"summary":"Many.","climbs":[)" + climbs + "]}";
  const auto context = ClimbingContext::read(document);
  for (std::uint64_t tokens = 0; tokens < 8'000; tokens += 100) {
    const std::string text = context->fitted({tokens});
    EXPECT_LE(estimate_tokens(text).value, tokens);
    if (!text.empty()) {
      EXPECT_TRUE(JsonObject::read(text, 8)) << text;
    }
    if (tokens > 100) {
      EXPECT_GE(estimate_tokens(text).value + 100 + tokens / 20, tokens) << "the space is used";
    }
  }
}

TEST(ClimbingContext, S8_a_document_with_a_list_of_climbs_that_is_none_is_treated_like_other_data) {
  EXPECT_EQ(ClimbingContext::read(R"({"climbs":"many"})")->whole(), R"({"climbs":"many"})");
}

}  // namespace
}  // namespace belay::prompts
