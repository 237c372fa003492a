#include "providers/characters.hpp"

#include <gtest/gtest.h>

#include "providers/json_reading.hpp"

namespace belay::providers {
namespace {

// Reads the text of {"t":"…"} from each document and joins the texts.
std::string read_all(const std::vector<std::string>& texts) {
  JsonBuffer buffer;
  CharacterJoiner joiner;
  std::string out;
  for (const std::string& text : texts) {
    std::string_view read;
    EXPECT_TRUE(buffer.read(
        "{\"t\":\"" + text + "\"}", [&] { read = {}; },
        [&](json::object root) {
          return json::each_member(
              root, [&](std::string_view, json::value member) { return json::read_text(member, read); });
        }))
        << text;
    joiner.push(read, buffer.has_placeholders(), out);
  }
  joiner.finish(out);
  return out;
}

TEST(Characters, X7HalvesOfACharacterAreJoinedAcrossDocuments) {
  struct Case {
    std::vector<std::string> texts;
    std::string whole;
  };
  for (const Case& c : {
           Case{{"A \\ud83d", "\\ude00 B"}, "A 😀 B"},
           Case{{"\\uD83D", "\\uDE00"}, "😀"},
           Case{{"\\ud83d", "", "\\ude00"}, "😀"},
           Case{{"\\ud83d\\ude00\\ud83d", "\\ude00"}, "😀😀"},
           Case{{"\\udbff", "\\udfff"}, "\xF4\x8F\xBF\xBF"},
           // Lone halves
           Case{{"\\ud83d"}, "\uFFFD"},
           Case{{"\\ude00"}, "\uFFFD"},
           Case{{"\\ud83d", "x"}, "\uFFFDx"},
           Case{{"x", "\\ude00y"}, "x\uFFFDy"},
           Case{{"\\ud83d\\ud83d\\ude00"}, "\uFFFD😀"},
           Case{{"\\ud83d\\n", "\\ude00"}, "\uFFFD\n\uFFFD"},
           Case{{"\\ud83d\\u0041"}, "\uFFFDA"},
           Case{{"\\ude00\\ud83d"}, "\uFFFD\uFFFD"},
           // Bytes of UTF-8
           Case{{"\xE2\x82", "\xAC"}, "€"},
           Case{{"\xF0", "\x9F\x98", "\x80!"}, "😀!"},
           Case{{"a\xFF"}, "a\uFFFD"},
           Case{{"\xE2\x82", "x"}, "\uFFFDx"},
           Case{{"\xE2\x82", "\\ud83d", "\\ude00"}, "\uFFFD😀"},
           Case{{"\\ud83d", "\xE2\x82\xAC"}, "\uFFFD€"},
           // No halves
           Case{{"\\\\ud83d"}, "\\ud83d"},
           Case{{"\\ud83d\\\\ude00"}, "\uFFFD\\ude00"},
           Case{{"\t\x01"}, "\t\x01"},
       })
    EXPECT_EQ(read_all(c.texts), c.whole) << c.texts.front();
}

TEST(Characters, ADocumentIsMendedOnlyWhereThereIsSomethingToMend) {
  std::string out;
  for (const char* fine : {"{}", R"({"a":"\ud83d\ude00"})", "{\"a\":\"€ 😀\"}", "<html>", "{\"a\":", "\"\\"})
    EXPECT_FALSE(repair_json(fine, out)) << fine;
  EXPECT_TRUE(repair_json(R"({"a":"\ud83d"})", out));
  JsonBuffer buffer;
  const auto nothing = [] {};
  const auto skip = [](json::object root) {
    return json::each_member(root, [](std::string_view, json::value) { return json::SUCCESS; });
  };
  EXPECT_FALSE(buffer.read("{\"a\":\"\\ud83d\"", nothing, skip)) << "what is no JSON stays none";
  EXPECT_TRUE(buffer.read("{\"\\ud83d\":1}", nothing, skip));
  EXPECT_TRUE(buffer.has_placeholders());
  EXPECT_TRUE(buffer.read("{}", nothing, skip));
  EXPECT_FALSE(buffer.has_placeholders());
}

TEST(Characters, EscapesOfLoneHalvesWithinJson) {
  const auto mended = [](std::string text) {
    mend_escapes(text);
    return text;
  };
  EXPECT_EQ(mended(R"({"a":"\ud83d"})"), R"({"a":"\ufffd"})");
  EXPECT_EQ(mended(R"({"a":"\ud83d\ude00 \udE00\\ud83d"})"), R"({"a":"\ud83d\ude00 \ufffd\\ud83d"})");
  EXPECT_EQ(mended("\\"), "\\");
  EXPECT_EQ(mended("\\ud8"), "\\ud8");
}

TEST(Characters, WhatIsBlank) {
  for (const char* blank : {"", " ", " \r\n\t", "\u00a0\u3000\u2003", "\u200b\u200d\u2060\ufeff", "\u2028"})
    EXPECT_TRUE(is_blank(blank)) << blank;
  for (const char* text : {"a", " a ", ".", "\uFFFD", "€", "\u2014", "\xE2"})
    EXPECT_FALSE(is_blank(text)) << text;
}

}  // namespace
}  // namespace belay::providers
