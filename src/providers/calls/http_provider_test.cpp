#include "providers/calls/http_provider.hpp"

#include "providers/testing/http_provider_fixture.hpp"

namespace belay::providers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class HttpProviderTest : public HttpProviderFixture {};

TEST_F(HttpProviderTest, AsksAndAnswers) {
  config().base_url = "https://api.example.com/v1";
  config().ca_file = "/ca.pem";
  setup.key = Secret("k-1");
  start();
  const HttpRequest& request = http.last().request;
  EXPECT_EQ(request.url, "https://api.example.com/v1/chat/completions");
  EXPECT_EQ(request.bearer.reveal(), "k-1");
  EXPECT_EQ(request.ca_file, "/ca.pem");
  EXPECT_NE(request.body->find("\"model\":\"grok-9\""), std::string::npos);

  http.last().head(200, kStream);
  EXPECT_EQ(sink.accepted, 0) << "accepted with the first byte";
  http.last().body(kWhole);
  EXPECT_EQ(sink.accepted, 1);
  EXPECT_EQ(sink.text, "Hi");
  EXPECT_EQ(sink.end, FinishReason::stop);
  EXPECT_EQ(provider->counters().completed, 1u);
  EXPECT_EQ(loop.timers().armed(), 0u);
  generation.reset();
  EXPECT_TRUE(http.last().let_finish) << "the connection may be used again";
  EXPECT_EQ(provider->counters().cancelled, 0u);
}

TEST_F(HttpProviderTest, A13_a_call_is_timed_by_its_outcome_and_its_first_piece_too) {
  const auto of = [this](const auto& histograms, CallOutcome outcome) {
    return histograms[static_cast<std::size_t>(outcome)].snapshot();
  };
  start();
  clock.advance(milliseconds(200));
  http.last().head(200, kStream);
  http.last().body(": keep-alive\n\n");
  clock.advance(milliseconds(100));
  http.last().body(delta("H"));
  clock.advance(milliseconds(700));
  http.last().body(kWhole);
  const CallCounters& counters = provider->counters();
  EXPECT_EQ(of(counters.durations, CallOutcome::completed).count, 1u);
  EXPECT_NEAR(of(counters.durations, CallOutcome::completed).sum_seconds, 1.0, 0.001);
  EXPECT_NEAR(of(counters.first_pieces, CallOutcome::completed).sum_seconds, 0.3, 0.001);

  sink = RecordingSink();
  start();
  clock.advance(milliseconds(400));
  generation.reset();
  EXPECT_NEAR(of(counters.durations, CallOutcome::cancelled).sum_seconds, 0.4, 0.001);
  EXPECT_EQ(of(counters.first_pieces, CallOutcome::cancelled).count, 0u) << "it had none";

  sink = RecordingSink();
  start();
  http.last().answer(400, kJson, "{}");
  EXPECT_EQ(of(counters.durations, CallOutcome::failed).count, 1u);
  EXPECT_EQ(of(counters.first_pieces, CallOutcome::failed).count, 0u);
}

TEST_F(HttpProviderTest, X7TheFinishReasonIsTheEndHoweverTheBodyEnds) {
  const std::string whole = delta("Hi", "\"stop\"");
  start();
  http.last().answer(200, kStream, whole);
  EXPECT_EQ(sink.end, FinishReason::stop);

  sink = RecordingSink();
  start();
  http.last().head(200, kStream);
  http.last().body(whole);
  EXPECT_FALSE(sink.over()) << "its usage may follow";
  http.last().done(HttpFailure{make_error(ErrorCode::provider_unavailable, "cut"), true});
  EXPECT_EQ(sink.end, FinishReason::stop) << "a connection that is cut";

  sink = RecordingSink();
  start();
  http.last().head(200, kStream);
  http.last().body(whole);
  run_for(seconds(6));
  EXPECT_EQ(sink.end, FinishReason::stop) << "a connection that is left open, long before idle_timeout";
  EXPECT_TRUE(http.last().cancelled);
  EXPECT_EQ(loop.timers().armed(), 0u);
}

TEST_F(HttpProviderTest, ABodyMayEndWithoutAReasonWhereThatIsConfigured) {
  config().lenient_end = true;
  start();
  http.last().answer(200, kStream, delta("Hi"));
  EXPECT_EQ(sink.end, FinishReason::stop);
}

TEST_F(HttpProviderTest, X7AnAnswerWithoutAWordIsAskedForAgain) {
  const std::string usage =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}\n\n";
  const std::string blank = delta(" \\n") + delta("", "\"stop\"") + usage + "data: [DONE]\n\n";
  start();
  http.last().answer(200, kStream, blank);
  EXPECT_FALSE(sink.over());
  run_for(seconds(1));
  ASSERT_EQ(http.exchanges.size(), 2u);
  http.last().answer(200, kStream, delta("Hi", "\"stop\"") + usage + "data: [DONE]\n\n");
  EXPECT_EQ(sink.end, FinishReason::stop);
  EXPECT_EQ(sink.text, "Hi") << "the white space of the first is not told";
  EXPECT_EQ(sink.usage->input.value, 20u) << "both were paid for";
  EXPECT_EQ(sink.usage->output.value, 10u);
  EXPECT_FALSE(sink.usage->estimated);

  sink = RecordingSink();
  start();
  for (int attempt = 0; attempt < 3; ++attempt) {
    ASSERT_FALSE(sink.over());
    http.last().answer(200, kStream, blank);
    run_for(seconds(3));
  }
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_broken);
  EXPECT_TRUE(is_retryable(sink.error->code));
  EXPECT_EQ(sink.usage->input.value, 30u);
}

TEST_F(HttpProviderTest, X7AnAnswerThatGoesOnMayEndWithoutAWord) {
  config().continue_style = ContinueStyle::prefill;
  partial = "All of it.";
  provider = std::make_unique<HttpProvider>(setup, http, random);
  GenerationRequest request;
  request.model.can_continue = true;
  request.partial_answer = partial;
  generation = provider->start(loop, request, sink);
  http.last().answer(200, kStream, delta("", "\"stop\"") + "data: [DONE]\n\n");
  EXPECT_EQ(sink.end, FinishReason::stop);
}

TEST_F(HttpProviderTest, X7AnAnswerThatTheProviderGaveUpIsAskedForAgainIfNothingWasTold) {
  const std::string usage =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}\n\n";
  start();
  http.last().answer(200, kStream, delta("", "\"error\"") + "data: [DONE]\n\n");
  run_for(seconds(1));
  ASSERT_EQ(http.exchanges.size(), 2u);
  http.last().answer(200, kStream, delta("Hel") + delta("", "\"error\"") + usage + "data: [DONE]\n\n");
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_broken);
  EXPECT_EQ(sink.text, "Hel");
  EXPECT_EQ(sink.usage->input.value, 10u) << "what comes behind the reason is read";
  EXPECT_EQ(http.exchanges.size(), 2u);
}

TEST_F(HttpProviderTest, X7TooLongIsNotAskedAgainWhateverTheStatus) {
  for (const int status : {400, 413, 422, 500, 503}) {
    sink = RecordingSink();
    start();
    http.last().answer(status, {{"x-should-retry", "true"}},
                       R"({"error":{"message":"Context size has been exceeded.","type":"server_error"}})");
    ASSERT_TRUE(sink.error) << status;
    EXPECT_EQ(sink.error->code, ErrorCode::provider_rejected);
    EXPECT_NE(sink.error->detail.find("too long"), std::string::npos);
  }
}

// Users do not see what the operator has to change.
TEST_F(HttpProviderTest, X7UsersReadPlainWordsAndTheOperatorReadsWhatToDo) {
  const auto check = [&](const char* advice) {
    ASSERT_TRUE(sink.error) << advice;
    for (const char* word : {"base_url", "lenient_end", "catalogue", "billing", "certificate", "API key",
                             "max_", "_timeout", "breaker", "upstream", "configuration", "stream"})
      EXPECT_EQ(sink.error->detail.find(word), std::string::npos) << sink.error->detail;
    EXPECT_NE(sink.error->advice.find(advice), std::string::npos) << sink.error->advice;
    sink = RecordingSink();
  };
  config().retry.max_retries = 0;
  config().breaker.breaker_failures = 0;
  const std::pair<int, const char*> statuses[] = {{400, "catalogue"},  {401, "API key"},  {402, "billing"},
                                                  {403, "permission"}, {404, "base_url"}, {413, "max_output"},
                                                  {429, "rate limit"}, {307, "base_url"}, {600, "base_url"}};
  for (const auto& [status, advice] : statuses) {
    start();
    http.last().answer(status, kJson, "{}");
    check(advice);
  }
  start();
  http.last().answer(429, kJson, R"({"error":{"type":"insufficient_quota"}})");
  check("billing");
  start();
  http.last().answer(200, {{"content-type", "text/html"}}, "<html>");
  check("base_url");
  start();
  http.last().answer(200, kStream, "");
  check("base_url");
  start();
  http.last().answer(200, kStream, delta("Hi"));
  check("lenient_end");
  start();
  http.last().answer(200, kStream, "data: {\"choices\":[{\n\n");
  check("no JSON");
  start();
  run_for(config().first_byte_timeout);
  run_for(seconds(1));
  check("first_byte_timeout");
  start();
  http.last().head(200, kStream);
  http.last().body(delta("Hi"));
  run_for(config().idle_timeout);
  run_for(seconds(1));
  check("idle_timeout");
}

TEST_F(HttpProviderTest, X5DestroyingCancelsTheCall) {
  start();
  generation.reset();
  EXPECT_TRUE(http.last().cancelled);
  start();
  http.last().head(200, kStream);
  http.last().body(delta("Hi"));
  generation.reset();
  EXPECT_TRUE(http.last().cancelled);
  EXPECT_EQ(provider->counters().cancelled, 2u);
  EXPECT_EQ(loop.timers().armed(), 0u);
}

TEST_F(HttpProviderTest, X5DestroyingWhileBackingOffLeavesNothingBehind) {
  start();
  http.last().answer(503, kJson, "{}");
  generation.reset();
  run_for(seconds(10));
  EXPECT_EQ(http.exchanges.size(), 1u);
}

TEST_F(HttpProviderTest, APauseHoldsAcrossARetry) {
  start();
  http.last().answer(503, kJson, "{}");
  generation->pause();
  run_for(seconds(1));
  ASSERT_EQ(http.exchanges.size(), 2u);
  EXPECT_TRUE(http.last().paused);
  generation->resume();
  EXPECT_FALSE(http.last().paused);
}

TEST_F(HttpProviderTest, ErrorsNameTheModelAndTheProvidersRequestAndNothingElse) {
  setup.key = Secret("k-XYZZY");
  start();
  http.last().answer(
      404, kJson,
      R"({"error":{"message":"The model XYZZY is gone","type":"XYZZY","code":"model_not_found"}})");
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_rejected);
  EXPECT_NE(sink.error->detail.find("grok-3"), std::string::npos);
  EXPECT_NE(sink.error->detail.find("req_42"), std::string::npos);
  EXPECT_EQ(sink.error->detail.find("XYZZY"), std::string::npos);
}

TEST_F(HttpProviderTest, ARequestIdThatIsNotFitToBeShownIsLeftOut) {
  config().retry.max_retries = 0;
  start();
  http.last().answer(500, {{"x-request-id", "a b\x01"}}, "");
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->detail.find("request id"), std::string::npos);
}

TEST_F(HttpProviderTest, AMissingKeyIsAClearError) {
  setup.missing = make_error(ErrorCode::provider_rejected, "No API key: set FOO.");
  start();
  generation->pause();  // also before the error is reported
  generation->resume();
  run_for(milliseconds(0));
  ASSERT_TRUE(sink.error);
  EXPECT_NE(sink.error->detail.find("set FOO"), std::string::npos);
  EXPECT_TRUE(http.exchanges.empty());
}

TEST_F(HttpProviderTest, CallsAtOnceAreBounded) {
  config().max_concurrent = 1;
  config().max_waiting = 0;
  start();
  RecordingSink second;
  const auto refused = provider->start(loop, GenerationRequest(), second);
  run_for(milliseconds(0));
  ASSERT_TRUE(second.error);
  EXPECT_EQ(second.error->limit, "max_concurrent");
  generation.reset();
  start();
  EXPECT_EQ(http.exchanges.size(), 2u);
}

TEST_F(HttpProviderTest, ContinuesOnlyWhereServerAndModelCan) {
  Model model;
  model.can_continue = true;
  provider = std::make_unique<HttpProvider>(setup, http, random);
  EXPECT_FALSE(provider->can_continue(model));
  partial = "Once";
  start();
  run_for(milliseconds(0));
  EXPECT_TRUE(sink.error);

  config().continue_style = ContinueStyle::prefill;
  provider = std::make_unique<HttpProvider>(setup, http, random);
  EXPECT_TRUE(provider->can_continue(model));
  model.can_continue = false;
  EXPECT_FALSE(provider->can_continue(model));
}

TEST_F(HttpProviderTest, AnAnswerThatIsNotStreamedComesAsOnePiece) {
  config().supports_streaming = false;
  start();
  http.last().answer(
      200, kJson,
      R"({"choices":[{"message":{"content":"All."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}})");
  EXPECT_EQ(sink.pieces, std::vector<std::string>{"All."});
  EXPECT_EQ(sink.end, FinishReason::stop);
}

TEST_F(HttpProviderTest, X7AnAnswerThatIsNotStreamedAndHasNoWordIsAskedForAgain) {
  config().supports_streaming = false;
  start();
  http.last().answer(
      200, kJson,
      R"({"choices":[{"message":{"content":" "},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}})");
  EXPECT_FALSE(sink.over());
  run_for(seconds(1));
  ASSERT_EQ(http.exchanges.size(), 2u);
  http.last().answer(200, kJson, R"({"choices":[{"message":{"content":"All."},"finish_reason":"stop"}]})");
  EXPECT_EQ(sink.pieces, std::vector<std::string>{"All."});
}

}  // namespace
}  // namespace belay::providers
