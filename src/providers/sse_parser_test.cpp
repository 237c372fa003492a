#include "providers/sse_parser.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;  // type, data

struct Collector final : SseParser::Handler {
  SseParser::Flow on_event(const SseEvent& event) override {
    events.emplace_back(event.type, event.data);
    return event.data == "[DONE]" ? SseParser::Flow::stop : SseParser::Flow::more;
  }
  Events events;
};

Events parse(std::initializer_list<std::string_view> pieces) {
  SseParser parser(1024);
  Collector collector;
  for (const std::string_view piece : pieces) {
    // A separate buffer, so that the sanitizers detect a view that is kept too long.
    const std::vector<char> copy(piece.begin(), piece.end());
    EXPECT_TRUE(parser.push({copy.data(), copy.size()}, collector).has_value());
  }
  return collector.events;
}

struct Case {
  const char* name;
  std::string_view bytes;
  Events events;
};

// Literal bytes in, events out.
const Case kCases[] = {
    {"LineFeeds", "data: a\n\ndata: b\n\n", {{"", "a"}, {"", "b"}}},
    {"CarriageReturns", "data: a\r\rdata: b\r\r", {{"", "a"}, {"", "b"}}},
    {"Both", "data: a\r\n\r\ndata: b\r\n\r\n", {{"", "a"}, {"", "b"}}},
    {"Mixed", "data: a\r\n\ndata: b\n\r\ndata: c\r\n\r", {{"", "a"}, {"", "b"}, {"", "c"}}},
    {"OneSpaceIsDroppedAndNoMore",
     "data:a\n\ndata:  b\n\ndata:\tc\n\n",
     {{"", "a"}, {"", " b"}, {"", "\tc"}}},
    {"DataLinesJoin", "data: a\ndata:\ndata: b\n\n", {{"", "a\n\nb"}}},
    {"EmptyDataIsAnEvent", "data:\n\ndata\n\n", {{"", ""}, {"", ""}}},
    {"NoDataIsNone", "event: x\n\nid: 3\n\n\n\n", {}},
    {"TypesAreOfTheirEventOnly", "event: ping\ndata: {}\n\ndata: x\n\n", {{"ping", "{}"}, {"", "x"}}},
    {"TheLastTypeCounts", "event: a\nevent: b\ndata: 1\n\n", {{"b", "1"}}},
    {"CommentsAndUnknownFields",
     ": hi\nretry: 5\nfoo: bar\nbaz\nDATA: no\ndata : no\ndata: yes\n:\n\n",
     {{"", "yes"}}},
    {"AColonInAValue", "data: {\"a\":1}\n\n", {{"", "{\"a\":1}"}}},
    {"ByteOrderMark",
     "\xEF\xBB\xBF"
     "data: a\n\n\xEF\xBB\xBF"
     "data: b\n\n",
     {{"", "a"}}},
    {"CharactersOfSeveralBytes",
     "data: \xE2\x82\xAC\xF0\x9F\x98\x80\n\n",
     {{"", "\xE2\x82\xAC\xF0\x9F\x98\x80"}}},
    {"AnEventWithoutItsEndIsDropped", "data: a\n\ndata: b\n", {{"", "a"}}},
    {"NothingAfterStop", "data: [DONE]\n\ndata: b\n\n", {{"", "[DONE]"}}},
    {"ALeadingBlankLine", "\r\n\ndata: a\n\n", {{"", "a"}}},
};

class SseParserCases : public testing::TestWithParam<Case> {};

TEST_P(SseParserCases, GiveTheSameEventsHoweverTheyAreCut) {
  const auto& [name, bytes, events] = GetParam();
  EXPECT_EQ(parse({bytes}), events);
  for (std::size_t i = 0; i <= bytes.size(); ++i)
    for (std::size_t j = i; j <= bytes.size(); ++j)
      ASSERT_EQ(parse({bytes.substr(0, i), bytes.substr(i, j - i), bytes.substr(j)}), events)
          << i << ' ' << j;
}

INSTANTIATE_TEST_SUITE_P(All, SseParserCases, testing::ValuesIn(kCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(SseParser, AByteAtATimeGivesTheSame) {
  const std::string_view bytes = "\xEF\xBB\xBF: c\r\nevent: x\rdata: one\ndata: two\r\n\r\ndata: three\n\n";
  SseParser parser(64);
  Collector collector;
  for (const char& byte : bytes) ASSERT_TRUE(parser.push({&byte, 1}, collector));
  EXPECT_EQ(collector.events, (Events{{"x", "one\ntwo"}, {"", "three"}}));
  EXPECT_EQ(parser.held_bytes(), 0u);
}

TEST(SseParser, AWholeEventIsNotCopied) {
  struct Where final : SseParser::Handler {
    SseParser::Flow on_event(const SseEvent& event) override {
      data = event.data.data();
      return SseParser::Flow::more;
    }
    const char* data = nullptr;
  } where;
  SseParser parser(64);
  const std::string bytes = "data: token\n\n";
  ASSERT_TRUE(parser.push(bytes, where));
  EXPECT_EQ(where.data, bytes.data() + 6);
}

TEST(SseParser, X7WhatIsTooLongIsAnErrorHoweverItIsCut) {
  const std::string line = "data: " + std::string(100, 'x');
  for (const std::string& bytes :
       {line, line + "\n\n", ":" + line,
        "data: " + std::string(50, 'x') + "\ndata: " + std::string(50, 'y') + "\n\n"})
    for (const std::size_t cut : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
      SseParser parser(90);
      Collector collector;
      Result<> result;
      for (std::size_t at = 0; at < bytes.size() && result; at += cut)
        result = parser.push(std::string_view(bytes).substr(at, cut), collector);
      ASSERT_TRUE(result.has_error()) << bytes << " in pieces of " << cut;
      EXPECT_EQ(result.error().code, ErrorCode::provider_broken);
      EXPECT_TRUE(parser.push("data: a\n\n", collector).has_value());
      EXPECT_TRUE(collector.events.empty()) << "nothing is read after an error";
    }
}

TEST(SseParser, ExactlyTheLimitIsFine) {
  SseParser parser(10);
  Collector collector;
  ASSERT_TRUE(parser.push("data: 1234\n\n", collector));
  EXPECT_EQ(collector.events, (Events{{"", "1234"}}));
}

}  // namespace
}  // namespace belay::providers
