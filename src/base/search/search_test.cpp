#include <gmock/gmock.h>

#include "base/search/query.hpp"

namespace belay::search {
namespace {

using ::testing::ElementsAre;

using Texts = std::vector<std::string>;

Texts terms_of(std::string_view text) {
  Texts out;
  each_term(text, [&](const Term& term) {
    out.emplace_back(term.text);
    return true;
  });
  return out;
}

// The snippet with its matches in brackets; "none" without a match.
std::string found(std::string_view query, std::string_view text) {
  const auto words = parse_query(query);
  if (!words) return words.error().detail;
  const auto result = match(*words, text);
  if (!result) return "none";
  std::string out;
  for (const SnippetPart& part : result->snippet) out += part.is_match ? "[" + part.text + "]" : part.text;
  return out;
}

double score_of(std::string_view query, std::string_view text) {
  return score(match(*parse_query(query), text)->counts, text.size(), false);
}

TEST(SearchTerms, C16_words_have_no_case_and_no_diacritics) {
  EXPECT_EQ(terms_of("Crème BRÛLÉE, naïve_Straße 3.14"),
            (Texts{"creme", "brulee", "naive", "strasse", "3", "14"}));
  EXPECT_EQ(terms_of("cre\xCC\x80me"), Texts{"creme"}) << "composed or not";
  EXPECT_EQ(terms_of("ΟΔΟΣ όδος"), (Texts{"οδοσ", "οδοσ"}));
  EXPECT_EQ(terms_of("Ёлка"), Texts{"елка"});
  EXPECT_EQ(terms_of("ＡＢＣ ﬁne"), (Texts{"abc", "fine"}));
}

TEST(SearchTerms, C16_arabic_and_hebrew_are_found_with_and_without_their_marks) {
  EXPECT_EQ(terms_of("مُحَمَّد"), terms_of("محمد"));
  EXPECT_EQ(terms_of("أحمد"), terms_of("احمد"));
  EXPECT_EQ(terms_of("الســـلام"), terms_of("السلام"));
  EXPECT_EQ(terms_of("שָׁלוֹם"), terms_of("שלום"));
}

TEST(SearchTerms, C16_scripts_without_spaces_are_cut_into_pairs) {
  EXPECT_EQ(terms_of("北京大学"), (Texts{"北京", "京大", "大学", "学"}));
  EXPECT_EQ(terms_of("猫"), Texts{"猫"});
  EXPECT_EQ(terms_of("カード"), (Texts{"カー", "ード", "ド"}));
  EXPECT_EQ(terms_of("ｶｰﾄﾞ"), terms_of("カード")) << "half width";
  EXPECT_EQ(terms_of("か\xE3\x82\x99く"), terms_of("がく")) << "composed or not";
  EXPECT_EQ(terms_of("한국"), (Texts{"한국", "국"}));
  EXPECT_EQ(terms_of("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB국"), terms_of("한국")) << "composed or not";
  EXPECT_EQ(terms_of("iPhone手机"), (Texts{"iphone", "手机", "机"}));
  EXPECT_EQ(terms_of("กิน").size(), 3u) << "a vowel above is a character";
}

TEST(SearchTerms, C16_marks_of_indian_scripts_belong_to_their_words) {
  EXPECT_EQ(terms_of("हिन्दी में"), (Texts{"हिन्दी", "में"}));
}

TEST(SearchTerms, C16_each_emoji_is_a_term) {
  EXPECT_EQ(terms_of("good👍🏽🎉"), (Texts{"good", "👍", "🎉"}));
  EXPECT_EQ(terms_of("👨‍👩‍👧"), (Texts{"👨", "👩", "👧"}));
  EXPECT_EQ(terms_of("🇩🇪🇫🇷"), (Texts{"🇩🇪", "🇫🇷"}));
  EXPECT_EQ(terms_of("❤️"), Texts{"❤"});
  EXPECT_EQ(terms_of("1️⃣"), Texts{"1"});
}

TEST(SearchTerms, C16_long_words_are_cut_and_broken_bytes_separate) {
  EXPECT_EQ(terms_of(std::string(500, 'x')), Texts{std::string(kMaxTermBytes, 'x')});
  EXPECT_EQ(terms_of("a\xFF"
                     "b"),
            (Texts{"a", "b"}));
  EXPECT_TRUE(terms_of(" ,;-— \n").empty());
}

TEST(SearchQuery, C16_all_words_must_occur_and_the_last_may_be_a_beginning) {
  EXPECT_EQ(found("quick fo", "The quick brown fox"), "The [quick] brown [fox]");
  EXPECT_EQ(found("fo quick", "The quick brown fox"), "none") << "only the last word";
  EXPECT_EQ(found("quick cat", "The quick brown fox"), "none");
  EXPECT_EQ(found("CREME", "la crème"), "la [crème]");
}

TEST(SearchQuery, C16_a_run_of_characters_is_found_inside_a_longer_one) {
  EXPECT_EQ(found("京大", "我在北京大学学习"), "我在北[京大]学学习");
  EXPECT_EQ(found("大学", "我在北京大学"), "我在北京[大学]");
  EXPECT_EQ(found("学", "我在北京大学"), "我在北京大[学]");
  EXPECT_EQ(found("北大学", "北京大学，北大"), "none") << "all its pairs, one after the other";
  EXPECT_EQ(found("京都 ホテル", "京都のホテルを予約"), "[京都]の[ホテル]を予約");
  EXPECT_EQ(found("แมว", "ฉันเลี้ยงแมวสองตัว"), "ฉันเลี้ยง[แมว]สองตัว");
  EXPECT_EQ(found("학교", "어제 학교에서 친구를"), "어제 [학교]에서 친구를");
  EXPECT_EQ(found("猫 犬", "犬と猫"), "[犬]と[猫]");
}

TEST(SearchQuery, C16_emoji_and_right_to_left_words_are_marked) {
  EXPECT_EQ(found("👍", "ok 👍🏽!"), "ok [👍]🏽!");
  EXPECT_EQ(found("🎉 par", "party 🎉"), "[party] [🎉]");
  EXPECT_EQ(found("محمد", "اسمي مُحَمَّد هنا"), "اسمي [مُحَمَّد] هنا");
}

TEST(SearchQuery, C16_a_snippet_is_the_part_with_most_words) {
  const std::string far = "rope " + std::string(300, '-') + " words in between\n\n the rope and the knot " +
                          std::string(300, '.');
  EXPECT_EQ(found("rope knot", far).substr(0, 62),
            "…words in between the [rope] and the [knot] ................");
}

TEST(SearchQuery, C16_a_query_has_bounds) {
  EXPECT_EQ(found(" ?! ", "x"), "q has no words. Give at least one letter, digit or emoji.");
  EXPECT_EQ(found(std::string(201, 'x'), "x"), "q must be at most 200 bytes long.");
  EXPECT_EQ(found("1 2 3 4 5 6 7 8 9", "x"), "q must have at most 8 words.");
  EXPECT_EQ(parse_query("?").error().field, "q");
}

TEST(SearchQuery, C16_frequent_words_in_short_texts_fit_best) {
  EXPECT_GT(score_of("rope", "rope"), score_of("rope", "ropes"));
  EXPECT_GT(score_of("rope", "rope and rope"), score_of("rope", "rope and line"));
  EXPECT_GT(score_of("rope", "a rope"), score_of("rope", "a rope " + std::string(2'000, '.')));
  EXPECT_GT(score({}, 1'000'000, true), score_of("rope", "rope rope rope rope"));
}

}  // namespace
}  // namespace belay::search
