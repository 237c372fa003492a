// Calls that fail: what is tried again, and when they are given up.
#include "providers/testing/http_provider_fixture.hpp"

namespace belay::providers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class HttpProviderFailuresTest : public HttpProviderFixture {};

TEST_F(HttpProviderFailuresTest, X7RetriesWithBackoffUntilAnAnswerBegins) {
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

TEST_F(HttpProviderFailuresTest, C17ReasoningIsDeliveredOfOneAttemptOnly) {
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

TEST_F(HttpProviderFailuresTest, X7GivesUpAfterTheLastRetry) {
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

TEST_F(HttpProviderFailuresTest, X7HonoursRetryAfterAndPassesOnWhatIsTooLong) {
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

TEST_F(HttpProviderFailuresTest, X7DoesNotRetryWhatCannotPass) {
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

TEST_F(HttpProviderFailuresTest, XShouldRetryCanAskForARetry) {
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

TEST_F(HttpProviderFailuresTest, X7TransportFailuresBeforeTheFirstByteAreRetriedThoseAfterItNot) {
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

TEST_F(HttpProviderFailuresTest, X7A200ThatIsNoStreamIsAFailure) {
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

TEST_F(HttpProviderFailuresTest, AnErrorBodyWithoutEndIsNotReadToIt) {
  config().retry.max_retries = 0;
  start();
  http.last().head(500, kJson);
  const std::string page(10'000, 'x');
  int parts = 0;
  while (http.last().body(page)) ASSERT_LT(++parts, 100);
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_unavailable);
}

TEST_F(HttpProviderFailuresTest, X7DeadlinesEndACallThatIsSilent) {
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

TEST_F(HttpProviderFailuresTest, SilenceIsNotMeasuredWhilePaused) {
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

TEST_F(HttpProviderFailuresTest, X7CallsBeyondTheMostWaitInABoundedQueue) {
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

TEST_F(HttpProviderFailuresTest, X7AnAddressThatFailsAgainAndAgainIsLeftAlone) {
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

TEST_F(HttpProviderFailuresTest, X7AnAddressThatRefusesIsThere) {
  config().breaker.breaker_failures = 2;
  config().retry.max_retries = 0;
  for (const int status : {500, 400, 500, 429, 500}) {
    sink = RecordingSink();
    start();
    http.last().answer(status, kJson, "{}");
  }
  EXPECT_FALSE(provider->breaker().is_open());
}

TEST_F(HttpProviderFailuresTest, X7AnErrorWithinTheStreamIsTriedAgainBeforeTheFirstPieceAndNotAfterIt) {
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

}  // namespace
}  // namespace belay::providers
