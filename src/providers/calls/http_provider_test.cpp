#include "providers/calls/http_provider.hpp"

#include <gtest/gtest.h>

#include "providers/testing/fake_http.hpp"
#include "providers/testing/recording_sink.hpp"

namespace belay::providers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using Headers = std::vector<std::pair<std::string, std::string>>;
const Headers kStream = {{"content-type", "text/event-stream; charset=utf-8"}, {"x-request-id", "req_42"}};
const Headers kJson = {{"content-type", "application/json"}, {"x-request-id", "req_42"}};

std::string delta(std::string_view content, std::string_view finish = "null") {
  return R"(data: {"choices":[{"index":0,"delta":{"content":")" + std::string(content) +
         R"("},"finish_reason":)" + std::string(finish) + "}]}\n\n";
}
const std::string kWhole = delta("Hi") + delta("", "\"stop\"") + "data: [DONE]\n\n";

class HttpProviderTest : public testing::Test {
 protected:
  void start() {
    if (!provider) provider = std::make_unique<HttpProvider>(std::move(setup), http, random);
    GenerationRequest request;
    request.model.alias = "grok-3";
    request.model.upstream_name = "grok-9";
    request.model.shows_reasoning = shows_reasoning;
    request.messages.push_back({Role::user, "XYZZY"});
    request.partial_answer = partial;
    request.resume_token = token;
    generation = provider->start(loop, request, sink);
    EXPECT_FALSE(sink.over()) << "nothing is said inside start()";
  }
  void run_for(milliseconds time) {
    for (milliseconds spent{0}; spent <= time; spent += milliseconds(10)) {
      while (loop.turn()) {
      }
      clock.advance(milliseconds(10));
    }
  }
  HttpProviderConfig& config() { return setup.config; }

  ManualClock clock;
  Loop loop{0, clock};
  SeededRandom random{1};
  FakeHttp http;
  HttpProvider::Setup setup;
  std::unique_ptr<HttpProvider> provider;
  RecordingSink sink;
  std::string partial;
  bool shows_reasoning = false;
  std::string token;
  std::unique_ptr<Generation> generation;
};

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

TEST_F(HttpProviderTest, X7RetriesWithBackoffUntilAnAnswerBegins) {
  start();
  http.last().answer(503, kJson, "{}");
  run_for(milliseconds(370));
  EXPECT_EQ(http.exchanges.size(), 1u) << "half a second, shortened by a quarter at most";
  run_for(milliseconds(150));
  ASSERT_EQ(http.exchanges.size(), 2u);
  EXPECT_EQ(http.exchanges[0]->request.body, http.exchanges[1]->request.body);
  http.last().answer(500, kJson, "<html>");
  run_for(milliseconds(1030));
  ASSERT_EQ(http.exchanges.size(), 3u);
  http.last().answer(200, kStream, kWhole);
  EXPECT_EQ(sink.text, "Hi");
  EXPECT_TRUE(sink.end);
  EXPECT_EQ(provider->counters().retried, 2u);
}

TEST_F(HttpProviderTest, C17ReasoningIsDeliveredOfOneAttemptOnly) {
  shows_reasoning = true;
  const auto reasoning = [](std::string_view text) {
    return R"(data: {"choices":[{"delta":{"reasoning":")" + std::string(text) + "\"}}]}\n\n";
  };
  start();
  http.last().head(200, kStream);
  http.last().body(reasoning("One"));
  EXPECT_EQ(sink.reasoning, "One");
  http.last().done(HttpFailure{make_error(ErrorCode::provider_unavailable, "cut"), true});
  run_for(milliseconds(1030));
  ASSERT_EQ(http.exchanges.size(), 2u);
  http.last().answer(200, kStream, reasoning("Two") + kWhole);
  EXPECT_EQ(sink.reasoning, "One");
  EXPECT_EQ(sink.text, "Hi");
  EXPECT_TRUE(sink.end);
}

TEST_F(HttpProviderTest, X7GivesUpAfterTheLastRetry) {
  start();
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(sink.over());
    http.last().answer(503, kJson, "{}");
    run_for(seconds(3));
  }
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_unavailable);
  EXPECT_EQ(http.exchanges.size(), 3u);
}

TEST_F(HttpProviderTest, X7HonoursRetryAfterAndPassesOnWhatIsTooLong) {
  start();
  http.last().answer(429, {{"retry-after", "7"}}, R"({"error":{"code":"rate_limit_exceeded"}})");
  run_for(milliseconds(6900));
  EXPECT_EQ(http.exchanges.size(), 1u);
  run_for(milliseconds(200));
  ASSERT_EQ(http.exchanges.size(), 2u);
  http.last().answer(429, {{"retry-after", "3600"}}, "{}");
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_rate_limited);
  EXPECT_EQ(sink.error->retry_after, seconds(3600));
}

TEST_F(HttpProviderTest, X7DoesNotRetryWhatCannotPass) {
  struct Case {
    int status;
    Headers headers;
    const char* body;
  };
  for (const Case& c :
       {Case{429, kJson, R"({"error":{"type":"insufficient_quota"}})"}, Case{401, kJson, "{}"},
        Case{404, kJson, R"({"error":{"code":"model_not_found"}})"},
        Case{503, {{"x-should-retry", "false"}}, "{}"}, Case{307, {{"location", "https://elsewhere"}}, ""}}) {
    sink = RecordingSink();
    start();
    http.last().answer(c.status, c.headers, c.body);
    EXPECT_TRUE(sink.error) << c.status;
  }
  EXPECT_EQ(provider->counters().retried, 0u);
}

TEST_F(HttpProviderTest, XShouldRetryCanAskForARetry) {
  start();
  http.last().answer(413, {{"x-should-retry", "true"}}, "{}");
  EXPECT_TRUE(sink.error) << "but not of what was rejected for good";
  sink = RecordingSink();
  start();
  http.last().answer(200, {{"content-type", "application/json"}, {"x-should-retry", "true"}},
                     R"({"error":{"code":"content_filter"}})");
  EXPECT_FALSE(sink.over());
  run_for(seconds(1));
  EXPECT_EQ(http.exchanges.size(), 3u);
}

TEST_F(HttpProviderTest, X7TransportFailuresBeforeTheFirstByteAreRetriedThoseAfterItNot) {
  const HttpFailure cut{make_error(ErrorCode::provider_unavailable, "cut"), true};
  start();
  http.last().done(cut);
  run_for(seconds(1));
  ASSERT_EQ(http.exchanges.size(), 2u);
  http.last().head(200, kStream);
  http.last().done(cut);
  run_for(seconds(2));
  ASSERT_EQ(http.exchanges.size(), 3u);
  http.last().head(200, kStream);
  http.last().body(delta("Hi"));
  http.last().done(cut);
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_broken);
}

TEST_F(HttpProviderTest, X7A200ThatIsNoStreamIsAFailure) {
  struct Case {
    const char* what;
    Headers headers;
    const char* body;
    ErrorCode code;
  };
  config().retry.max_retries = 0;
  const Headers html = {{"content-type", "text/html"}};
  for (const Case& c :
       {Case{"empty", kStream, "", ErrorCode::provider_broken},
        Case{"a page", html, "<html>please sign in</html>", ErrorCode::provider_broken},
        Case{"an empty page", html, "", ErrorCode::provider_broken},
        Case{"JSON", kJson, R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]})",
             ErrorCode::provider_broken},
        Case{"an error in disguise", kJson, R"({"error":{"type":"server_error"}})",
             ErrorCode::provider_unavailable},
        Case{"an error of xAI", kJson, R"({"code":"The service is currently unavailable","error":"x"})",
             ErrorCode::provider_unavailable},
        Case{"a status in disguise", kJson, R"({"error":{"code":401}})", ErrorCode::provider_rejected},
        Case{"a stream that is JSON", kStream, R"({"error":{"type":"server_error"}})",
             ErrorCode::provider_broken},
        Case{"truncated", kStream, "data: {\"choices\":[]}\n\n", ErrorCode::provider_broken}}) {
    sink = RecordingSink();
    start();
    http.last().answer(200, c.headers, c.body);
    ASSERT_TRUE(sink.error) << c.what;
    EXPECT_EQ(sink.error->code, c.code) << c.what;
    EXPECT_EQ(sink.text, "");
  }
}

TEST_F(HttpProviderTest, AnErrorBodyWithoutEndIsNotReadToIt) {
  config().retry.max_retries = 0;
  start();
  http.last().head(500, kJson);
  const std::string page(10'000, 'x');
  int parts = 0;
  while (http.last().body(page)) ASSERT_LT(++parts, 100);
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_unavailable);
}

TEST_F(HttpProviderTest, X7DeadlinesEndACallThatIsSilent) {
  config().first_byte_timeout = seconds(20);
  config().idle_timeout = seconds(5);
  config().progress_timeout = seconds(12);
  start();
  run_for(milliseconds(19'900));
  EXPECT_FALSE(sink.over());
  run_for(milliseconds(200));
  ASSERT_TRUE(sink.error) << "no first byte";
  EXPECT_EQ(sink.error->code, ErrorCode::provider_timeout);
  EXPECT_TRUE(http.last().cancelled);

  sink = RecordingSink();
  start();
  http.last().head(200, kStream);
  http.last().body(delta("Hi"));
  run_for(milliseconds(4'900));
  http.last().body(delta("again"));
  run_for(milliseconds(4'900));
  EXPECT_FALSE(sink.over());
  run_for(milliseconds(200));
  ASSERT_TRUE(sink.error) << "silence";
  EXPECT_TRUE(http.last().cancelled);

  sink = RecordingSink();
  start();
  http.last().head(200, kStream);
  http.last().body(delta("Hi"));
  for (int i = 0; i < 5 && !sink.over(); ++i) {
    http.last().body(": ping\n\n");
    run_for(milliseconds(2'500));
  }
  ASSERT_TRUE(sink.error) << "pings alone do not hold a call open";
  EXPECT_EQ(sink.error->code, ErrorCode::provider_timeout);
  EXPECT_TRUE(http.last().cancelled);
  EXPECT_EQ(loop.timers().armed(), 0u);
}

TEST_F(HttpProviderTest, SilenceIsNotMeasuredWhilePaused) {
  config().idle_timeout = seconds(5);
  start();
  http.last().head(200, kStream);
  http.last().body(delta("Hi"));
  generation->pause();
  EXPECT_TRUE(http.last().paused);
  run_for(seconds(60));
  EXPECT_FALSE(sink.over());
  generation->resume();
  EXPECT_FALSE(http.last().paused);
  run_for(milliseconds(4'900));
  EXPECT_FALSE(sink.over());
  run_for(milliseconds(200));
  EXPECT_TRUE(sink.error);
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

TEST_F(HttpProviderTest, X7CallsBeyondTheMostWaitInABoundedQueue) {
  config().max_concurrent = 1;
  config().max_waiting = 2;
  config().queue_timeout = seconds(5);
  start();
  RecordingSink second;
  RecordingSink third;
  RecordingSink fourth;
  auto waits = provider->start(loop, GenerationRequest(), second);
  auto leaves = provider->start(loop, GenerationRequest(), third);
  const auto refused = provider->start(loop, GenerationRequest(), fourth);
  run_for(milliseconds(0));
  EXPECT_EQ(fourth.error->limit, "max_concurrent");
  EXPECT_EQ(http.exchanges.size(), 1u);
  leaves.reset();
  EXPECT_EQ(provider->gate().waiting(), 1u);
  leaves = provider->start(loop, GenerationRequest(), third);

  http.last().answer(200, kStream, kWhole);
  run_for(milliseconds(0));
  ASSERT_EQ(http.exchanges.size(), 2u) << "the end of one is the turn of the next";
  run_for(seconds(6));
  EXPECT_FALSE(second.over());
  ASSERT_TRUE(third.error) << "nobody waits for ever";
  EXPECT_EQ(third.error->limit, "queue_timeout");
  http.last().answer(200, kStream, kWhole);
  EXPECT_EQ(second.text, "Hi");
  EXPECT_EQ(loop.timers().armed(), 0u);
}

TEST_F(HttpProviderTest, X7AnAddressThatFailsAgainAndAgainIsLeftAlone) {
  config().breaker.breaker_failures = 3;
  config().breaker.breaker_open_time = seconds(10);
  config().breaker.breaker_probes = 1;
  config().retry.max_retries = 0;
  const auto ask = [&] {
    sink = RecordingSink();
    start();
  };
  for (int i = 0; i < 3; ++i) {
    ask();
    http.last().answer(503, kJson, "{}");
  }
  EXPECT_TRUE(provider->breaker().is_open());
  ask();
  run_for(milliseconds(0));
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->limit, "breaker");
  EXPECT_GT(sink.error->retry_after, seconds(9));
  EXPECT_EQ(http.exchanges.size(), 3u) << "no call was made";
  EXPECT_EQ(provider->counters().skipped_by_breaker, 1u);

  run_for(seconds(10));
  ask();
  EXPECT_EQ(http.exchanges.size(), 4u) << "half open: one probe";
  RecordingSink other;
  const auto skipped_by_breaker = provider->start(loop, GenerationRequest(), other);
  run_for(milliseconds(0));
  EXPECT_EQ(other.error->limit, "breaker");
  http.last().answer(500, kJson, "{}");
  EXPECT_TRUE(sink.error);
  run_for(seconds(9));
  ask();
  run_for(milliseconds(0));
  EXPECT_EQ(sink.error->limit, "breaker") << "a probe that fails opens it again";
  run_for(seconds(2));
  ask();
  http.last().answer(200, kStream, kWhole);
  EXPECT_EQ(sink.text, "Hi");
  EXPECT_FALSE(provider->breaker().is_open());
}

TEST_F(HttpProviderTest, X7AnAddressThatRefusesIsThere) {
  config().breaker.breaker_failures = 2;
  config().retry.max_retries = 0;
  for (const int status : {500, 400, 500, 429, 500}) {
    sink = RecordingSink();
    start();
    http.last().answer(status, kJson, "{}");
  }
  EXPECT_FALSE(provider->breaker().is_open());
}

TEST_F(HttpProviderTest, X7AnErrorWithinTheStreamIsTriedAgainBeforeTheFirstPieceAndNotAfterIt) {
  const std::string overloaded = "data: {\"error\":{\"type\":\"overloaded_error\"}}\n\n";
  start();
  http.last().head(200, kStream);
  http.last().body(delta(""));
  http.last().body(overloaded);
  EXPECT_FALSE(sink.over());
  run_for(seconds(1));
  ASSERT_EQ(http.exchanges.size(), 2u);
  http.last().head(200, kStream);
  http.last().body(delta("Hi"));
  http.last().body(overloaded);
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_unavailable);
  EXPECT_EQ(sink.accepted, 1);
  EXPECT_EQ(sink.text, "Hi") << "what came is kept";
}

// ---- Responses that the provider keeps

constexpr const char* kCreated =
    "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_7\"}}\n\n";
std::string text_event(int number, std::string_view text) {
  return "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":" + std::to_string(number) +
         ",\"delta\":\"" + std::string(text) + "\"}\n\n";
}
std::string completed_event(int number) {
  return "data: {\"type\":\"response.completed\",\"sequence_number\":" + std::to_string(number) +
         ",\"response\":{\"status\":\"completed\",\"usage\":{\"input_tokens\":5,\"output_tokens\":2}}}\n\n";
}
const HttpFailure kCut{make_error(ErrorCode::provider_unavailable, "cut"), true};

class BackgroundTest : public HttpProviderTest {
 protected:
  void SetUp() override {
    setup.protocol = ProtocolKind::responses;
    config().base_url = "https://api.example.com/v1";
    config().background = true;
    setup.key = Secret("k-1");
  }
};

TEST_F(BackgroundTest, X2ACutAnswerGoesOnExactlyWhereItWas) {
  start();
  EXPECT_NE(http.last().request.body->find("\"background\":true,\"store\":true"), std::string::npos);
  http.last().head(200, kStream);
  http.last().body(kCreated + text_event(1, "Half an "));
  EXPECT_EQ(sink.token, "resp_7");
  http.last().body("data: {\"type\":\"response.output_te");
  http.last().done(kCut);
  EXPECT_FALSE(sink.over());
  run_for(seconds(1));
  ASSERT_EQ(http.exchanges.size(), 2u);
  const HttpRequest& request = http.last().request;
  EXPECT_EQ(request.method, HttpRequest::Method::get);
  EXPECT_EQ(request.url, "https://api.example.com/v1/responses/resp_7?stream=true&starting_after=1");
  EXPECT_EQ(request.bearer.reveal(), "k-1");
  http.last().answer(200, kStream, text_event(2, "answer.") + completed_event(3));
  EXPECT_EQ(sink.text, "Half an answer.");
  EXPECT_EQ(sink.end, FinishReason::stop);
  EXPECT_EQ(sink.usage->input.value, 5u);
  EXPECT_EQ(sink.accepted, 1);
}

TEST_F(BackgroundTest, X2AnotherProcessTakesAnAnswerUpByItsToken) {
  token = "resp_7";
  partial = "Half an ";
  start();
  EXPECT_EQ(http.last().request.url, "https://api.example.com/v1/responses/resp_7?stream=true");
  http.last().answer(200, kStream,
                     kCreated + text_event(1, "Half") + text_event(2, " an answer.") + completed_event(3));
  EXPECT_EQ(sink.text, "answer.") << "what had been told is not told again";
  EXPECT_EQ(sink.end, FinishReason::stop);
}

TEST_F(BackgroundTest, X2AnotherAnswerIsNotGluedToTheFirst) {
  token = "resp_7";
  partial = "Half an ";
  start();
  http.last().answer(200, kStream, kCreated + text_event(1, "Something else") + completed_event(2));
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_broken);
  EXPECT_EQ(sink.text, "");
}

TEST_F(BackgroundTest, X5ACancelIsToldToTheProviderThatWouldGoOnByItself) {
  start();
  http.last().head(200, kStream);
  http.last().body(kCreated + text_event(1, "Half"));
  generation.reset();
  ASSERT_EQ(http.exchanges.size(), 2u);
  EXPECT_TRUE(http.exchanges[0]->cancelled);
  EXPECT_EQ(http.last().request.url, "https://api.example.com/v1/responses/resp_7/cancel");
  EXPECT_EQ(http.last().request.method, HttpRequest::Method::post);
  EXPECT_EQ(http.last().request.bearer.reveal(), "k-1");
  EXPECT_TRUE(http.last().let_finish);
}

TEST_F(BackgroundTest, X2AnAnswerLeftToTheNextProcessIsNotCancelled) {
  start();
  http.last().head(200, kStream);
  http.last().body(kCreated + text_event(1, "Half"));
  generation->leave();
  generation.reset();
  EXPECT_EQ(http.exchanges.size(), 1u);
}

TEST_F(BackgroundTest, X2EventsThatAreMissingAreFetched) {
  start();
  http.last().head(200, kStream);
  http.last().body(kCreated + text_event(1, "Half ") + text_event(3, "lost"));
  EXPECT_FALSE(sink.over());
  run_for(seconds(1));
  ASSERT_EQ(http.exchanges.size(), 2u);
  EXPECT_TRUE(http.last().request.url.ends_with("starting_after=1"));
  http.last().answer(200, kStream, text_event(2, "an ") + text_event(3, "answer.") + completed_event(4));
  EXPECT_EQ(sink.text, "Half an answer.");
  EXPECT_TRUE(sink.end);
}

TEST_F(BackgroundTest, X7TheProviderIsNotAskedForEver) {
  start();
  http.last().head(200, kStream);
  http.last().body(kCreated + text_event(1, "Half"));
  http.last().done(kCut);
  for (int i = 0; i < 2; ++i) {
    run_for(seconds(3));
    http.last().done(kCut);
  }
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.text, "Half");
  EXPECT_EQ(http.exchanges.size(), 4u) << "the call, two more, and the word to stop";
}

}  // namespace
}  // namespace belay::providers
