#include "providers/text_slot.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

using Found = std::optional<std::string_view>;

const std::string kBefore = R"({"id":"a","choices":[{"delta":{"content":)";
const std::string kAfter = R"(},"finish_reason":null}]})";

std::string chunk(std::string_view json_string) {
  return kBefore + std::string(json_string) + kAfter;
}

TextSlot slot_with(std::string_view text) {
  TextSlot slot;
  slot.learn(chunk('"' + std::string(text) + '"'), kBefore.size(), text);
  return slot;
}

TEST(TextSlot, FindsTheTextOfAChunkThatDiffersInNothingElse) {
  const TextSlot slot = slot_with(" one");
  for (const std::string text : {" one", "", "x", " a longer text than before", "grüße 你好 🧗"}) {
    const std::string next = chunk('"' + text + '"');
    EXPECT_EQ(slot.find(next), Found(text));
  }
}

TEST(TextSlot, LearnsFromAnEmptyText) {
  EXPECT_EQ(slot_with("").find(chunk("\"word\"")), Found("word"));
}

TEST(TextSlot, LeavesWhatMayMeanSomethingElseToAParser) {
  const TextSlot slot = slot_with("one");
  for (const std::string_view other :
       {R"("a\"b")", R"("a\n")", R"("\u0041")", R"("a","refusal":"b")", R"(null)", "\"a\nb\"", "\"\x1f\"",
        "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\""})
    EXPECT_EQ(slot.find(chunk(other)), std::nullopt) << other;
}

TEST(TextSlot, SeesEachOtherDifference) {
  const TextSlot slot = slot_with("one");
  const std::string same = chunk("\"two\"");
  ASSERT_EQ(slot.find(same), Found("two"));
  for (std::size_t i = 0; i < same.size(); ++i) {
    std::string shorter = same;
    shorter.erase(i, 1);
    std::string other = same;
    other[i] = other[i] == 'Q' ? 'R' : 'Q';
    const bool is_inside = i > kBefore.size() && i < kBefore.size() + 4;
    EXPECT_EQ(slot.find(other).has_value(), is_inside) << i;
    EXPECT_EQ(slot.find(shorter).has_value(), is_inside) << i;
  }
  EXPECT_EQ(slot.find(same + " "), std::nullopt);
  EXPECT_EQ(slot.find(""), std::nullopt);
}

TEST(TextSlot, LearnsOnlyWhatIsWrittenAsItIs) {
  const std::string escaped = chunk(R"("a\n")");
  const std::string plain = chunk("\"two\"");
  TextSlot slot = slot_with("one");
  slot.learn(escaped, kBefore.size(), "a\n");
  EXPECT_EQ(slot.find(plain), std::nullopt) << "what was learned before is forgotten";
  slot.learn(plain, kBefore.size() - 1, "two");
  EXPECT_EQ(slot.find(plain), std::nullopt);
  slot.learn(plain, plain.size() - 1, "");
  EXPECT_EQ(slot.find(plain), std::nullopt);
  const std::string large = chunk('"' + std::string(5'000, 'x') + '"');
  slot.learn(large, kBefore.size(), std::string(5'000, 'x'));
  EXPECT_EQ(slot.find(plain), Found("two")) << "the length of the text has no bound";
  const std::string around = std::string(2'000, ' ') + plain;
  slot.learn(around, 2'000 + kBefore.size(), "two");
  EXPECT_EQ(slot.find(around), std::nullopt) << "the rest has one";
}

TEST(TextSlot, KnowsNothingAtFirst) {
  EXPECT_EQ(TextSlot().find("\"a\""), std::nullopt);
  EXPECT_EQ(TextSlot().find(""), std::nullopt);
}

}  // namespace
}  // namespace belay::providers
