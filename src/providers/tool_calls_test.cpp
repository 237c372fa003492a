#include "providers/tool_calls.hpp"

#include <gtest/gtest.h>

#include "providers/testing/recording_sink.hpp"

namespace belay::providers {
namespace {

using Piece = ToolCallGatherer::Piece;
using Whose = ToolCallGatherer::Whose;

Piece piece(std::optional<std::uint64_t> index, std::string_view id, std::string_view name,
            std::string_view arguments) {
  Piece made;
  made.index = index;
  made.id = id;
  made.name = name;
  made.arguments = arguments;
  return made;
}
Piece object(std::optional<std::uint64_t> index, std::string_view id, std::string_view name,
             std::string_view arguments) {
  Piece made = piece(index, id, name, arguments);
  made.is_object = true;
  return made;
}
Piece of_the_server(std::optional<std::uint64_t> index, std::string_view id) {
  Piece made = piece(index, id, "search", "");
  made.whose = Whose::the_servers;
  return made;
}
constexpr std::optional<std::uint64_t> kNone;

// Returns "id name arguments". An id that was made here is shown as a star.
std::vector<std::string> sent(Result<std::vector<ToolCall>> calls) {
  if (!calls) return {std::string(to_string(calls.error().code))};
  std::vector<std::string> out;
  for (const ToolCall& call : *calls)
    out.push_back((call.id.starts_with("call_") && call.id.size() == 21 ? "*" : call.id) + " " + call.name +
                  " " + call.arguments);
  return out;
}

TEST(ToolCalls, X7PiecesFindTheirCall) {
  using List = std::vector<std::string>;
  struct Case {
    const char* what;
    std::vector<Piece> pieces;
    List calls;
  };
  const Case cases[] = {
      {"by index",
       {piece(0, "a", "f", "{"), piece(1, "b", "g", "{"), piece(0, "", "", "}"), piece(1, "", "", "}")},
       {"a f {}", "b g {}"}},
      {"another id under one index",
       {piece(0, "a", "f", "{\"x\":1}"), piece(0, "b", "f", "{\"x\":2}")},
       {"a f {\"x\":1}", "b f {\"x\":2}"}},
      {"another id under one index, in pieces",
       {piece(0, "a", "f", ""), piece(0, "", "", "{\"x\":"), piece(0, "", "", "1}"), piece(0, "b", "f", ""),
        piece(0, "", "", "{\"x\":"), piece(0, "", "", "2}")},
       {"a f {\"x\":1}", "b f {\"x\":2}"}},
      {"another id under one index, ids repeated",
       {piece(0, "a", "f", "{\"x\":"), piece(0, "b", "f", "{\"x\":"), piece(0, "a", "", "1}"),
        piece(0, "b", "", "2}")},
       {"a f {\"x\":1}", "b f {\"x\":2}"}},
      {"one id under several indexes",
       {piece(0, "a", "f", "{\"x\":"), piece(1, "a", "", "1}")},
       {"a f {\"x\":1}"}},
      {"by id alone",
       {piece(kNone, "a", "f", "{"), piece(kNone, "b", "g", "{"), piece(kNone, "a", "", "}"),
        piece(kNone, "b", "", "}")},
       {"a f {}", "b g {}"}},
      {"by order alone",
       {piece(kNone, "", "f", "{\"x\":"), piece(kNone, "", "", "1}"), piece(kNone, "", "f", "{\"x\":2}")},
       {"* f {\"x\":1}", "* f {\"x\":2}"}},
      {"by another name", {piece(kNone, "", "f", ""), piece(kNone, "", "g", "")}, {"* f {}", "* g {}"}},
      {"without ids under one index",
       {piece(0, "", "f", "{\"x\":1}"), piece(0, "", "f", "{\"x\":2}")},
       {"* f {\"x\":1}", "* f {\"x\":2}"}},
      {"a name in every piece",
       {piece(0, "a", "f", "{\"x\":"), piece(0, "a", "f", "1}"), piece(0, "a", "f", "")},
       {"a f {\"x\":1}"}},
      {"only the beginning has no index", {piece(kNone, "a", "f", ""), piece(0, "", "", "{}")}, {"a f {}"}},
      {"an id that comes late", {piece(0, "", "f", "{"), piece(0, "a", "", "}")}, {"a f {}"}},
      {"the call again",
       {piece(0, "a", "f", "{\"x\":1}"), piece(0, "a", "f", "{ \"x\" : 1 }")},
       {"a f {\"x\":1}"}},
      {"an id for two calls",
       {piece(0, "a", "f", "{\"x\":1}"), piece(1, "a", "f", "{\"x\":2}")},
       {"a f {\"x\":1}", "* f {\"x\":2}"}},
      {"an object", {object(0, "a", "f", "{\"x\":1}")}, {"a f {\"x\":1}"}},
      {"an empty object, then pieces",
       {object(0, "a", "f", "{}"), piece(0, "", "", "{\"x\""), piece(0, "", "", ":1}")},
       {"a f {\"x\":1}"}},
      {"two objects",
       {object(0, "", "f", "{\"x\":1}"), object(0, "", "f", "{\"x\":2}")},
       {"* f {\"x\":1}", "* f {\"x\":2}"}},
      {"a brace within a text",
       {piece(0, "a", "f", "{\"x\":\"}"), piece(0, "a", "f", "\"}")},
       {"a f {\"x\":\"}\"}"}},
      {"a call of the server's own",
       {of_the_server(0, "s"), piece(0, "", "", "{\"q\":1}"), piece(0, "a", "f", "{}")},
       {"a f {}"}},
      {"pieces that say nothing", {piece(0, "", "", ""), piece(kNone, "", "", "")}, {}},
      {"no name", {piece(0, "a", "", "{}")}, {"provider_broken"}},
      {"half of an escape",
       {piece(0, "a", "f", "{\"x\":\"\\ud83d"), piece(0, "", "", "\\ude00\\ud83d\"}")},
       {"a f {\"x\":\"\\ud83d\\ude00\\ufffd\"}"}},
  };
  const HttpProviderConfig config;
  for (const Case& c : cases) {
    ToolCallGatherer gatherer(config, "run");
    for (const Piece& one : c.pieces) EXPECT_TRUE(gatherer.add(one)) << c.what;
    EXPECT_EQ(sent(gatherer.finish()), c.calls) << c.what;
  }
}

TEST(ToolCalls, K9OnlyTheLastCallOfACutAnswerMayLackItsArguments) {
  const HttpProviderConfig config;
  for (const bool is_cut : {false, true}) {
    ToolCallGatherer gatherer(config, "run");
    for (const char* id : {"a", "b"}) EXPECT_TRUE(gatherer.add(piece(kNone, id, "f", "")));
    EXPECT_EQ(sent(gatherer.finish(is_cut)),
              (std::vector<std::string>{"a f {}", is_cut ? "b f " : "b f {}"}));
  }
}

TEST(ToolCalls, X7AnIdThatIsMadeFollowsFromTheAnswerAndTheCall) {
  const HttpProviderConfig config;
  const auto ids = [&](std::string label) {
    ToolCallGatherer gatherer(config, std::move(label));
    for (const char* arguments : {"{\"x\":1}", "{\"x\":2}", "{\"x\":1}"})
      EXPECT_TRUE(gatherer.add(piece(kNone, "", "f", arguments)));
    std::vector<std::string> out;
    for (const ToolCall& call : *gatherer.finish()) out.push_back(call.id);
    return out;
  };
  const auto first = ids("run-1");
  ASSERT_EQ(first.size(), 3u);
  EXPECT_NE(first[0], first[1]);
  EXPECT_NE(first[0], first[2]) << "the same call twice";
  EXPECT_EQ(first, ids("run-1"));
  EXPECT_NE(first, ids("run-2"));
}

TEST(ToolCalls, X7ABlockOpensACallAlsoWhereTheIndexWasUsed) {
  const HttpProviderConfig config;
  ToolCallGatherer gatherer(config, "run");
  const auto open = [&](const Piece& one) { EXPECT_TRUE(gatherer.open(one)); };
  const auto append = [&](std::optional<std::uint64_t> index, std::string_view arguments) {
    EXPECT_TRUE(gatherer.append(piece(index, "", "", arguments)));
  };
  open(piece(0, "a", "f", "{}"));
  append(0, "{\"x\":1}");
  open(piece(0, "b", "f", "{}"));
  append(0, "{\"x\":2}");
  open(of_the_server(0, "s"));
  append(0, "{\"q\":1}");
  open(piece(kNone, "c", "f", "{\"x\":3}"));
  open(piece(kNone, "d", "f", ""));
  open(piece(kNone, "d", "f", ""));
  append(kNone, "{\"x\":4}");
  append(7, "no such block");
  EXPECT_EQ(sent(gatherer.finish()),
            (std::vector<std::string>{"a f {\"x\":1}", "b f {\"x\":2}", "c f {\"x\":3}", "d f {\"x\":4}"}));
}

TEST(ToolCalls, X7TheLastWordCountsIfItSaysTheSame) {
  const HttpProviderConfig config;
  struct Case {
    const char* pieces;
    const char* last;
    std::vector<std::string> calls;
  };
  for (const Case& c :
       {Case{"{\"x\": 1}", "{\"x\":1}", {"a f {\"x\":1}"}}, Case{"", "{\"x\":1}", {"a f {\"x\":1}"}},
        Case{"{\"x\":", "{\"x\":1}", {"a f {\"x\":1}"}}, Case{"{\"x\":1}", "", {"a f {\"x\":1}"}},
        Case{"{\"x\":1}", "{\"x\":2}", {"provider_broken"}}}) {
    ToolCallGatherer gatherer(config, "run");
    EXPECT_TRUE(gatherer.open(piece(0, "a", "f", "")));
    EXPECT_TRUE(gatherer.append(piece(0, "", "", c.pieces)));
    const auto closed = gatherer.close(piece(0, "", "", c.last));
    EXPECT_EQ(closed ? sent(gatherer.finish()) : std::vector<std::string>{"provider_broken"}, c.calls)
        << c.last;
  }
}

TEST(ToolCalls, X7AWholeListSaysAgainWhatItKnowsAndAddsTheRest) {
  const HttpProviderConfig config;
  ToolCallGatherer gatherer(config, "run");
  EXPECT_TRUE(gatherer.add(piece(0, "a", "f", "{\"x\":1}")));
  EXPECT_TRUE(gatherer.add(piece(1, "", "g", "{}")));
  gatherer.begin_list();
  for (const Piece& one : {piece(kNone, "a", "f", "{ \"x\": 1 }"), piece(kNone, "", "g", "{}"),
                           piece(kNone, "", "g", "{}"), piece(kNone, "c", "h", "{}")})
    EXPECT_TRUE(gatherer.settle(one));
  EXPECT_EQ(sent(gatherer.finish()),
            (std::vector<std::string>{"a f { \"x\": 1 }", "* g {}", "* g {}", "c h {}"}));
}

TEST(ToolCalls, ArgumentsThatNobodyNamedAreNotLostInSilence) {
  const HttpProviderConfig config;
  ToolCallGatherer gatherer(config, "run");
  EXPECT_TRUE(gatherer.append(piece(3, "", "", "{}")));
  EXPECT_EQ(sent(gatherer.finish()), std::vector<std::string>{"provider_broken"});
}

TEST(ToolCalls, EverythingIsBounded) {
  HttpProviderConfig config;
  config.max_tool_calls = 2;
  config.max_tool_call_bytes = 100_B;
  ToolCallGatherer gatherer(config, "run");
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(gatherer.open(of_the_server(static_cast<unsigned>(i), "")));
  EXPECT_LE(gatherer.size(), 100u);
  EXPECT_TRUE(gatherer.open(piece(0, "a", "f", "")));
  EXPECT_TRUE(gatherer.open(piece(0, "b", "f", "")));
  EXPECT_FALSE(gatherer.open(piece(0, "c", "f", "")));
  const std::string big(60, 'x');
  ToolCallGatherer second(config, "run");
  EXPECT_TRUE(second.add(piece(0, "a", "f", big)));
  EXPECT_FALSE(second.add(piece(0, "", "", big)));
}

// What a sink gets while the pieces come.
class SentCalls : public ::testing::Test {
 protected:
  void tell() { calls.tell(sink); }
  void add(const Piece& piece) {
    ASSERT_TRUE(calls.add(piece));
    tell();
  }
  std::vector<std::string> finish() {
    auto all = calls.finish();
    if (!all) return {std::string(to_string(all.error().code))};
    calls.tell_whole(std::move(*all), sink);
    return sent(std::move(sink.tool_calls));
  }
  const HttpProviderConfig config;
  ToolCallGatherer calls{config, "run"};
  RecordingSink sink;
};

TEST_F(SentCalls, K9EachPieceIsSentAsItComes) {
  add(piece(0, "a", "f", ""));
  EXPECT_EQ(sink.calls_begun, "0 a f ");
  add(piece(0, "", "", " "));
  EXPECT_EQ(sink.call_pieces, 0) << "it may be that there are no arguments";
  add(piece(0, "", "", "{\"x\":"));
  EXPECT_EQ(sink.calls_begun, "0 a f  {\"x\":");
  add(piece(1, "b", "g", "{}"));
  add(piece(0, "", "", "1}"));
  EXPECT_EQ(sink.call_pieces, 3);
  EXPECT_EQ(finish(), (std::vector<std::string>{"a f  {\"x\":1}", "b g {}"}));
  EXPECT_EQ(sink.call_pieces, 3) << "nothing is sent twice";
}

TEST_F(SentCalls, K35CallsThatComeInTurnsAreToldOneAfterTheOther) {
  add(piece(0, "a", "f", ""));
  add(piece(1, "b", "g", ""));
  add(piece(0, "", "", "{\"a\":"));
  add(piece(1, "", "", "{\"b\":"));
  EXPECT_EQ(sink.calls_begun, "0 a f {\"a\":");
  add(piece(0, "", "", "1}"));
  EXPECT_EQ(sink.calls_begun, "0 a f {\"a\":1}\n1 b g {\"b\":");
  add(piece(1, "", "", "2}"));
  EXPECT_EQ(sink.calls_begun, "0 a f {\"a\":1}\n1 b g {\"b\":2}");
  EXPECT_EQ(finish(), (std::vector<std::string>{"a f {\"a\":1}", "b g {\"b\":2}"}));
  EXPECT_EQ(sink.call_pieces, 4);
}

TEST_F(SentCalls, K35ACallWhoseArgumentsAreNotCompleteIsEndedBeforeTheNextIsTold) {
  add(piece(0, "a", "f", ""));
  add(piece(1, "b", "g", "{\"b\":2}"));
  EXPECT_EQ(sink.calls_begun, "0 a f ") << "its arguments may still come";
  EXPECT_EQ(finish(), (std::vector<std::string>{"a f {}", "b g {\"b\":2}"}));
  EXPECT_EQ(sink.calls_begun, "0 a f {}\n1 b g {\"b\":2}");
}

TEST_F(SentCalls, K9ACallWithoutArgumentsHasAnEmptyObject) {
  add(piece(0, "a", "f", ""));
  EXPECT_EQ(finish(), std::vector<std::string>{"a f {}"});
  EXPECT_EQ(sink.calls_begun, "0 a f {}");
}

TEST_F(SentCalls, K9ACallWithoutAnIdIsSentInTheEndForTheIdIsMadeOfAllOfIt) {
  add(piece(0, "", "f", "{\"x\":1}"));
  add(piece(1, "b", "g", "{}"));
  EXPECT_EQ(sink.calls_begun, "0 b g {}");
  EXPECT_EQ(finish(), (std::vector<std::string>{"* f {\"x\":1}", "b g {}"}));
  EXPECT_TRUE(sink.calls_begun.starts_with("0 b g {}\n1 call_"));
  EXPECT_TRUE(sink.calls_begun.ends_with(" f {\"x\":1}"));
}

TEST_F(SentCalls, K9AnIdThatWasSentStaysWithItsCall) {
  add(piece(0, "", "f", "{\"x\":1}"));
  add(piece(1, "a", "g", "{\"x\":2}"));
  add(piece(0, "a", "f", ""));
  const auto all = finish();
  EXPECT_EQ(all, (std::vector<std::string>{"* f {\"x\":1}", "a g {\"x\":2}", "* f {}"}));
}

TEST_F(SentCalls, K9TheWholeCallMayBeWrittenInAnotherWayButMustMeanTheSame) {
  ASSERT_TRUE(calls.open(piece(0, "a", "f", "{}")));
  tell();
  EXPECT_EQ(sink.calls_begun, "0 a f ") << "the arguments at the start are not final";
  ASSERT_TRUE(calls.append(piece(0, "", "", "{\"x\":1}")));
  tell();
  ASSERT_TRUE(calls.close(piece(0, "", "", "{ \"x\" : 1 }")));
  tell();
  EXPECT_EQ(finish(), std::vector<std::string>{"a f { \"x\" : 1 }"});
  EXPECT_EQ(sink.calls_begun, "0 a f {\"x\":1}");
}

TEST_F(SentCalls, K9TheRestMayComeWithTheWholeCall) {
  ASSERT_TRUE(calls.open(piece(0, "a", "f", "")));
  ASSERT_TRUE(calls.append(piece(0, "", "", "{\"x\"")));
  tell();
  ASSERT_TRUE(calls.close(piece(0, "", "", "{\"x\":1}")));
  tell();
  EXPECT_EQ(sink.calls_begun, "0 a f {\"x\":1}");
  EXPECT_EQ(sink.call_pieces, 2);
}

TEST_F(SentCalls, K9AWholeCallThatIsAnotherThanItsPiecesIsBroken) {
  ASSERT_TRUE(calls.open(piece(0, "a", "f", "")));
  ASSERT_TRUE(calls.append(piece(0, "", "", "{\"x\"")));
  tell();
  const auto closed = calls.close(piece(0, "", "", "{\"y\":1}"));
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::provider_broken);
}

}  // namespace
}  // namespace belay::providers
