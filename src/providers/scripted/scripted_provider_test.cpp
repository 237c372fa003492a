#include "providers/scripted/scripted_provider.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "providers/testing/recording_sink.hpp"

namespace belay::providers {
namespace {

using std::chrono::milliseconds;

class ScriptedProviderTest : public testing::Test {
 protected:
  void configure(std::string_view script) {
    auto parsed = parse_script(script, "test.toml");
    ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
    provider = std::make_unique<ScriptedProvider>(config, std::move(*parsed), random);
  }

  GenerationRequest ask(std::string prompt) {
    if (!provider) provider = std::make_unique<ScriptedProvider>(config, Script(), random);
    GenerationRequest request;
    request.model.can_continue = true;
    request.messages.push_back({Role::user, std::move(prompt)});
    return request;
  }

  void start(const GenerationRequest& request) { generation = provider->start(loop, request, sink); }

  void run_for(milliseconds time) {
    for (milliseconds spent{0}; spent <= time; spent += milliseconds(10)) {
      while (loop.turn()) {
      }
      clock.advance(milliseconds(10));
    }
  }

  ManualClock clock;
  Loop loop{0, clock};
  SeededRandom random{1};
  ScriptedConfig config;
  std::unique_ptr<ScriptedProvider> provider;
  RecordingSink sink;
  std::unique_ptr<Generation> generation;
};

TEST_F(ScriptedProviderTest, EchoesTextInPieces) {
  start(ask("echo:Grüße an alle, die 東京 kennen"));
  EXPECT_EQ(sink.accepted, 0) << "nothing is said inside start()";
  run_for(milliseconds(0));
  EXPECT_EQ(sink.text, "Grüße an alle, die 東京 kennen");
  EXPECT_GT(sink.pieces.size(), 3u);
  EXPECT_EQ(sink.end, FinishReason::stop);
  EXPECT_EQ(sink.usage->output.value, (sink.text.size() + 3) / 4);
  EXPECT_EQ(provider->counters().completed, 1u);
  EXPECT_EQ(provider->counters().active(), 0u);
}

TEST_F(ScriptedProviderTest, K9CallsToolsInPiecesWhereThatIsWanted) {
  GenerationRequest request = ask("call:play {\"title\":\"Clair de lune\"}\ncall:stop @1000/s");
  request.streams_calls = true;
  start(request);
  run_for(milliseconds(100));
  EXPECT_EQ(sink.calls_begun, "0 call_1 play {\"title\":\"Clair de lune\"}\n1 call_2 stop {}");
  EXPECT_EQ(sink.call_pieces, 5);
  ASSERT_EQ(sink.tool_calls.size(), 2u);
  EXPECT_EQ(sink.tool_calls[0].arguments, R"({"title":"Clair de lune"})");
  EXPECT_EQ(sink.end, FinishReason::tool_calls);
}

TEST_F(ScriptedProviderTest, K9CallsToolsWholeElseAndSaysTheirResults) {
  GenerationRequest request = ask("call:play {}");
  start(request);
  run_for(milliseconds(0));
  EXPECT_EQ(sink.calls_begun, "");
  ASSERT_EQ(sink.tool_calls.size(), 1u);
  EXPECT_EQ(sink.tool_calls[0].id, "call_1");
  generation.reset();
  sink = RecordingSink();
  Message& asked = request.messages.emplace_back(Role::assistant);
  asked.parts.emplace_back(ToolCall{"call_1", "play", "{}"});
  Message& results = request.messages.emplace_back(Role::tool);
  results.parts.emplace_back(ToolResult{"call_1", "It plays."});
  start(request);
  run_for(milliseconds(0));
  EXPECT_EQ(sink.text, "It plays.");
  EXPECT_TRUE(sink.tool_calls.empty());
}

TEST_F(ScriptedProviderTest, K9AFaultCutsACallInTheMiddle) {
  configure(R"([[answer]]
text = "Well."
tool_calls = [{ id = "c1", name = "set_tempo", arguments = '{"bpm":140}' }]
pieces = { by = "bytes", size = 4 }
fault = { kind = "truncate", after_pieces = 4 }
)");
  GenerationRequest request = ask("tempo");
  request.streams_calls = true;
  start(request);
  run_for(milliseconds(1000));
  EXPECT_EQ(sink.text, "Well.");
  EXPECT_EQ(sink.calls_begun, "0 c1 set_tempo {\"bp");
  EXPECT_TRUE(sink.tool_calls.empty());
  EXPECT_EQ(sink.error->code, ErrorCode::provider_broken);
}

TEST_F(ScriptedProviderTest, K8SaysWhatItWasAsked) {
  GenerationRequest request = ask("show:sampling");
  request.model.max_output = {99};
  request.tools = {{"play", "", "{}"}};
  request.sampling.temperature = 0.5;
  request.sampling.stop = {"END"};
  request.sampling.tool_choice = ToolChoice{ToolChoice::Mode::named, "play"};
  start(request);
  run_for(milliseconds(1000));
  EXPECT_EQ(
      sink.text,
      R"({"max_output":99,"tools":["play"],"temperature":0.5,"stop":["END"],"tool_choice":"named","tool":"play"})");
  generation.reset();
  sink = RecordingSink();
  request = ask("show:message");
  request.messages[0].parts.insert(request.messages[0].parts.begin(), Image{{"image/png", "abc", ""}, ""});
  start(request);
  run_for(milliseconds(1000));
  EXPECT_EQ(sink.text, R"({"user":["image image/png 3 bytes","text show:message"]})");
}

TEST_F(ScriptedProviderTest, K30EndsBeforeAStopSequence) {
  GenerationRequest request = ask("echo:one two END three");
  request.sampling.stop = {"three", "END"};
  start(request);
  run_for(milliseconds(0));
  EXPECT_EQ(sink.text, "one two ");
  EXPECT_EQ(sink.stop_sequence, "END");
  EXPECT_EQ(sink.end, FinishReason::stop);
}

TEST_F(ScriptedProviderTest, C17_reasoning_comes_before_the_answer_where_the_model_shows_it) {
  configure(R"([[answer]]
reasoning = "Let me think."
text = "Hello."
)");
  GenerationRequest request = ask("Hi");
  for (const bool shows : {true, false}) {
    sink = {};
    request.model.shows_reasoning = shows;
    start(request);
    run_for(milliseconds(500));
    EXPECT_EQ(sink.reasoning, shows ? "Let me think." : "");
    EXPECT_EQ(sink.text, "Hello.");
    EXPECT_TRUE(sink.end);
  }
}

TEST_F(ScriptedProviderTest, A13_a_call_is_timed_by_its_outcome_and_its_first_piece_too) {
  config.first_token_delay = milliseconds(300);
  start(ask("echo:5 words @10/s"));
  run_for(milliseconds(2000));
  const auto done = static_cast<std::size_t>(CallOutcome::completed);
  EXPECT_EQ(provider->counters().durations[done].snapshot().count, 1u);
  EXPECT_NEAR(provider->counters().first_pieces[done].snapshot().sum_seconds, 0.3, 0.05);
  EXPECT_NEAR(provider->counters().durations[done].snapshot().sum_seconds, 0.8, 0.2);
}

TEST_F(ScriptedProviderTest, AnEmptyEchoIsAnEmptyAnswer) {
  start(ask("echo:"));
  run_for(milliseconds(0));
  EXPECT_EQ(sink.accepted, 1);
  EXPECT_EQ(sink.text, "");
  EXPECT_EQ(sink.end, FinishReason::stop);
}

TEST_F(ScriptedProviderTest, KeepsThePaceOfThePrompt) {
  start(ask("echo:200 words @50/s"));
  run_for(milliseconds(1000));
  EXPECT_GE(sink.pieces.size(), 49u);
  EXPECT_LE(sink.pieces.size(), 52u);
  run_for(milliseconds(3100));
  EXPECT_EQ(sink.pieces.size(), 200u);
  EXPECT_EQ(sink.end, FinishReason::stop);
}

TEST_F(ScriptedProviderTest, APaceFasterThanTheTimersTickIsKeptToo) {
  start(ask("echo:5000 words @2000/s"));
  run_for(milliseconds(1000));
  EXPECT_GE(sink.pieces.size(), 1960u);
  EXPECT_LE(sink.pieces.size(), 2041u);
}

TEST_F(ScriptedProviderTest, AFastAnswerLeavesRoomForOthersInATurn) {
  start(ask("echo:1000000 words"));
  loop.turn();
  EXPECT_GT(sink.pieces.size(), 0u);
  EXPECT_LE(sink.pieces.size(), 512u * 64);
  EXPECT_FALSE(sink.over());
}

TEST_F(ScriptedProviderTest, WaitsForTheFirstToken) {
  config.first_token_delay = milliseconds(500);
  start(ask("echo:late"));
  run_for(milliseconds(450));
  EXPECT_EQ(sink.accepted, 0);
  run_for(milliseconds(100));
  EXPECT_EQ(sink.text, "late");
}

TEST_F(ScriptedProviderTest, SaysNothingWhilePausedAndDoesNotCatchUpAfterwards) {
  start(ask("echo:1000 words @100/s"));
  run_for(milliseconds(500));
  generation->pause();
  const std::size_t before = sink.pieces.size();
  run_for(milliseconds(5000));
  EXPECT_EQ(sink.pieces.size(), before);
  generation->resume();
  EXPECT_EQ(sink.pieces.size(), before) << "nothing is said inside resume()";
  run_for(milliseconds(500));
  EXPECT_GE(sink.pieces.size(), before + 48);
  EXPECT_LE(sink.pieces.size(), before + 54);
}

TEST_F(ScriptedProviderTest, MayBePausedFromWithinAPiece) {
  sink.each_piece = [&] {
    if (sink.pieces.size() == 7) generation->pause();
  };
  start(ask("echo:100 words"));
  run_for(milliseconds(50));
  EXPECT_EQ(sink.pieces.size(), 7u);
  generation->resume();
  run_for(milliseconds(50));
  EXPECT_EQ(sink.pieces.size(), 100u);
  EXPECT_TRUE(sink.end);
}

TEST_F(ScriptedProviderTest, X5DestroyingCancelsAtEveryStage) {
  config.first_token_delay = milliseconds(100);
  for (const int stage : {0, 50, 500}) {
    start(ask("echo:1000 words @10/s"));
    if (stage > 0) run_for(milliseconds(stage));
    generation.reset();
    const std::size_t before = sink.pieces.size();
    run_for(milliseconds(1000));
    EXPECT_EQ(sink.pieces.size(), before);
    sink = RecordingSink();
  }
  EXPECT_EQ(provider->counters().cancelled, 3u);
  EXPECT_EQ(loop.timers().armed(), 0u);
}

TEST_F(ScriptedProviderTest, ContinuesAPartialAnswerExactly) {
  GenerationRequest request = ask("echo:20 words");
  request.partial_answer = "0001 0002 00";
  start(request);
  run_for(milliseconds(0));
  EXPECT_TRUE(sink.text.starts_with("03 0004 "));
  EXPECT_TRUE(sink.text.ends_with(" 0020"));
  EXPECT_EQ(request.partial_answer.size() + sink.text.size(), 20 * 5 - 1u);
}

TEST_F(ScriptedProviderTest, RefusesAPartialAnswerThatIsNotItsOwn) {
  GenerationRequest request = ask("echo:20 words");
  request.partial_answer = "0001 0003";
  start(request);
  run_for(milliseconds(0));
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_rejected);
}

TEST_F(ScriptedProviderTest, CanBeToldThatItCannotContinue) {
  config.can_continue = false;
  GenerationRequest request = ask("echo:20 words");
  EXPECT_FALSE(provider->can_continue(request.model));
  request.partial_answer = "0001";
  start(request);
  run_for(milliseconds(0));
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_rejected);
}

TEST_F(ScriptedProviderTest, ContinuesOnlyModelsThatCan) {
  GenerationRequest request = ask("echo:x");
  EXPECT_TRUE(provider->can_continue(request.model));
  request.model.can_continue = false;
  EXPECT_FALSE(provider->can_continue(request.model));
}

TEST_F(ScriptedProviderTest, TellsAStrangerWhatItIsAtAHumanPace) {
  start(ask("How do I write a hook?"));
  run_for(milliseconds(300));
  EXPECT_FALSE(sink.text.empty());
  EXPECT_FALSE(sink.over());
  run_for(milliseconds(10'000));
  EXPECT_NE(sink.text.find("scripted provider"), std::string::npos);
  EXPECT_NE(sink.text.find("```"), std::string::npos);
  EXPECT_EQ(sink.text.find("hook"), std::string::npos) << "the question is not repeated";
  EXPECT_TRUE(is_valid_utf8(sink.text));
  EXPECT_EQ(sink.end, FinishReason::stop);
}

TEST_F(ScriptedProviderTest, AnEchoIsOnlyAnsweredWhenItIsEnabled) {
  config.echo = false;
  start(ask("echo:secret"));
  run_for(milliseconds(10'000));
  EXPECT_EQ(sink.text.find("secret"), std::string::npos);
  EXPECT_TRUE(sink.end);
}

TEST_F(ScriptedProviderTest, A8GivesTheToolCallsAndUsageOfItsScript) {
  configure(R"(
[[answer]]
match = { contains = "faster" }
text = "Doing it."
pace_per_second = 0
usage = { input = 7, output = 5 }
tool_calls = [{ id = "c1", name = "set_tempo", arguments = '{"bpm":140}' }]
)");
  start(ask("make it faster"));
  run_for(milliseconds(0));
  EXPECT_EQ(sink.text, "Doing it.");
  ASSERT_EQ(sink.tool_calls.size(), 1u);
  EXPECT_EQ(sink.tool_calls[0].name, "set_tempo");
  EXPECT_EQ(sink.usage->input.value, 7u);
  EXPECT_EQ(sink.end, FinishReason::tool_calls);
}

struct FaultCase {
  const char* name;
  const char* fault;
  ErrorCode code;
  std::size_t pieces;     // delivered before the error
  std::uint64_t retries;  // spent by the provider itself
};

class ScriptedFaults : public ScriptedProviderTest, public testing::WithParamInterface<FaultCase> {};

TEST_P(ScriptedFaults, X7EndInATypedError) {
  const FaultCase& c = GetParam();
  config.idle_timeout = milliseconds(3000);
  configure(std::string("[[answer]]\nwords = 100\npace_per_second = 0\nfault = { ") + c.fault + " }\n");
  start(ask("anything"));
  run_for(milliseconds(60'000));
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, c.code) << to_string(sink.error->code);
  EXPECT_EQ(sink.pieces.size(), c.pieces);
  EXPECT_EQ(provider->counters().retried, c.retries);
  EXPECT_EQ(provider->counters().failed, 1u);
  EXPECT_EQ(loop.timers().armed(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    All, ScriptedFaults,
    testing::Values(
        FaultCase{"Refused", "kind = \"refuse\"", ErrorCode::provider_unavailable, 0, 2},
        FaultCase{"RateLimited", "kind = \"status\", status = 429", ErrorCode::provider_rate_limited, 0, 2},
        FaultCase{"ServerError", "kind = \"status\", status = 500", ErrorCode::provider_unavailable, 0, 2},
        FaultCase{"Unavailable", "kind = \"status\", status = 503", ErrorCode::provider_unavailable, 0, 2},
        FaultCase{"Overloaded", "kind = \"status\", status = 529", ErrorCode::provider_unavailable, 0, 2},
        FaultCase{"BadKey", "kind = \"status\", status = 401", ErrorCode::provider_rejected, 0, 0},
        FaultCase{"Quota", "kind = \"quota\"", ErrorCode::provider_rejected, 0, 0},
        FaultCase{"ErrorAtOnce", "kind = \"error\"", ErrorCode::provider_unavailable, 0, 0},
        FaultCase{"ErrorInTheMiddle", "kind = \"error\", after_pieces = 3", ErrorCode::provider_unavailable,
                  3, 0},
        FaultCase{"Truncated", "kind = \"truncate\", after_pieces = 3", ErrorCode::provider_broken, 3, 0},
        FaultCase{"TruncatedAtTheEnd", "kind = \"truncate\", after_pieces = 100", ErrorCode::provider_broken,
                  100, 0},
        FaultCase{"Garbage", "kind = \"garbage\", after_pieces = 70", ErrorCode::provider_broken, 70, 0},
        FaultCase{"Stalled", "kind = \"stall\", after_pieces = 3", ErrorCode::provider_timeout, 3, 0}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(ScriptedProviderTest, X7RetriesWhatPassesAndHonoursRetryAfter) {
  configure(R"(
[[answer]]
text = "At last."
pace_per_second = 0
fault = { kind = "status", status = 429, retry_after_ms = 2000, times = 2 }
)");
  start(ask("anything"));
  run_for(milliseconds(3900));
  EXPECT_FALSE(sink.over()) << "two waits of two seconds";
  run_for(milliseconds(300));
  EXPECT_EQ(sink.text, "At last.");
  EXPECT_EQ(provider->counters().retried, 2u);
}

TEST_F(ScriptedProviderTest, AFaultCountsItsAttemptsOverAllCalls) {
  configure("[[answer]]\ntext = \"ok\"\npace_per_second = 0\nfault = { kind = \"error\", times = 1 }\n");
  start(ask("anything"));
  run_for(milliseconds(0));
  EXPECT_TRUE(sink.error);
  RecordingSink second;
  const auto again = provider->start(loop, ask("anything"), second);
  run_for(milliseconds(0));
  EXPECT_EQ(second.text, "ok");
}

TEST_F(ScriptedProviderTest, BrokenUtf8ComesAsAPieceAndTheAnswerGoesOn) {
  configure(
      "[[answer]]\ntext = \"a b\"\npace_per_second = 0\nfault = { kind = \"broken_utf8\", after_pieces = 1 "
      "}\n");
  start(ask("anything"));
  run_for(milliseconds(0));
  EXPECT_EQ(sink.text, "a\xC3\x28\xFF b");
  EXPECT_TRUE(sink.end);
}

TEST_F(ScriptedProviderTest, AStallThatIsCancelledLeavesNoTimer) {
  configure("[[answer]]\ntext = \"a b\"\nfault = { kind = \"stall\", after_pieces = 1 }\n");
  start(ask("anything"));
  run_for(milliseconds(100));
  EXPECT_EQ(loop.timers().armed(), 1u);
  generation.reset();
  EXPECT_EQ(loop.timers().armed(), 0u);
}

TEST_F(ScriptedProviderTest, AMissingScriptIsReportedAtStart) {
  config.script_file = "/no/such/script.toml";
  const auto made = ScriptedProvider::make(config, random);
  ASSERT_TRUE(made.has_error());
  EXPECT_EQ(made.error().code, ErrorCode::invalid_request);
}

}  // namespace
}  // namespace belay::providers
