// POST /chat/basic, POST /chat/premium, GET /chat/quota and the cancels, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "base/digest.hpp"
#include "surfaces/sendsage/render.hpp"
#include "surfaces/sendsage/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::sendsage {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::HasSubstr;
using testing::Headers;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kBasic = "/chat/basic";
constexpr const char* kPremium = "/chat/premium";

struct SendsageQuestions : ::testing::Test {
  Answer ask(const std::string& body, Headers headers = {}) {
    if (headers.empty()) headers = {ann};
    return fixture.post(kBasic, body, std::move(headers));
  }

  SurfaceFixture fixture{sendsage::make};
  const transport::Header ann = fixture.user("ann");
  const transport::Header pro = fixture.user("mark:pro");
};

TEST_F(SendsageQuestions, S3_a_question_becomes_a_run_and_the_answer_says_where_it_comes) {
  fixture.leave_of(fixture.limit("basic", 0), 9);
  Answer answer = ask(R"({"prompt":"How do I improve?","conversation_id":"c:1"})");
  EXPECT_EQ(answer.text(),
            R"(202
Content-Type: application/json
Cache-Control: no-store
Location: /stream?last_event_id=1-0
RateLimit-Policy: "sendsage.quota.basic";q=10
RateLimit: "sendsage.quota.basic";r=9

{"request_id":")" +
                fixture.runs.last_run().text() +
                R"(","conversation_id":"c:1","status":"processing","stream":"/stream?last_event_id=1-0"})");
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.caller.user, "ann");
  EXPECT_EQ(start.surface, "sendsage");
  EXPECT_EQ(start.mode, "basic");
  EXPECT_EQ(start.conversation, "c:1");
  EXPECT_EQ(start.prompt, "How do I improve?");
  EXPECT_FALSE(start.may_restart);
  ASSERT_TRUE(start.channel);
  EXPECT_FALSE(start.channel->shows_pieces);
  EXPECT_EQ(start.channel->slow_after_ms, 1000u);
}

TEST_F(SendsageQuestions, S4_a_premium_user_gets_the_answer_in_pieces) {
  EXPECT_EQ(fixture.post(kPremium, R"({"prompt":"Plan my V8 goal."})", {pro}).status, 202);
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.mode, "premium");
  EXPECT_TRUE(start.channel->shows_pieces);
  EXPECT_TRUE(RunId::parse(start.conversation)) << "a new conversation gets an id";
}

TEST_F(SendsageQuestions, S3_a_premium_user_has_no_quota_on_the_basic_path_either) {
  EXPECT_EQ(ask(R"({"prompt":"hi"})", {pro}).status, 202);
  EXPECT_EQ(fixture.runs.started().mode, "short");
  EXPECT_FALSE(fixture.runs.started().channel->shows_pieces);
}

TEST_F(SendsageQuestions, S4_a_basic_user_is_told_to_upgrade) {
  Answer answer = fixture.post(kPremium, R"({"prompt":"hi"})", {ann});
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.text(),
              HasSubstr("This is for Premium users. Upgrade to Premium, or ask with POST /chat/basic."));
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(SendsageQuestions, S3_without_quota_the_response_and_the_stream_say_so) {
  fixture.refuse_by(fixture.limit("basic", 0), std::chrono::hours(1));
  Answer answer = ask(R"({"prompt":"hi","conversation_id":"c"})");
  EXPECT_EQ(answer.status, 429);
  EXPECT_THAT(answer.text(), HasSubstr(R"("code":"quota_exceeded")"));
  EXPECT_THAT(answer.text(), HasSubstr(R"("detail":"Upgrade to Premium for unlimited coaching!")"));
  ASSERT_EQ(fixture.channels.published.size(), 1u);
  const auto& [user, message] = fixture.channels.published.front();
  EXPECT_EQ(user, "ann");
  EXPECT_EQ(message.kind, ChannelMessage::Kind::error);
  EXPECT_EQ(message.text, "Upgrade to Premium for unlimited coaching!");
  EXPECT_EQ(message.code, ErrorCode::quota_exceeded);
  EXPECT_EQ(message.conversation, "c");
}

TEST_F(SendsageQuestions, S3_other_refusals_do_not_appear_on_the_stream) {
  fixture.refuse_by(fixture.limit("basic", 1), std::chrono::seconds(20));
  EXPECT_EQ(ask(R"({"prompt":"hi"})").status, 429);
  EXPECT_TRUE(fixture.channels.published.empty());
}

TEST_F(SendsageQuestions, S3_quota_comes_before_rate_and_premium_has_no_quota) {
  const policy::Subject subject{policy::Subject::Kind::user, "ann"};
  std::vector<std::string> basic, premium;
  for (const Limit& limit : fixture.limits("basic", subject)) basic.push_back(limit.name);
  for (const Limit& limit : fixture.limits("premium", subject)) premium.push_back(limit.name);
  EXPECT_THAT(basic, ::testing::ElementsAre("sendsage.quota.basic", "sendsage.rate.basic",
                                            "sendsage.active.user", "sendsage.active.server"));
  EXPECT_THAT(premium, ::testing::ElementsAre("sendsage.rate.premium", "sendsage.active.user",
                                              "sendsage.active.server"));
}

TEST_F(SendsageQuestions, S3_the_quota_is_told) {
  Answer answer = fixture.get("/chat/quota", {ann});
  EXPECT_EQ(answer.text(), R"(200
Content-Type: application/json
Cache-Control: no-store

{"tier":"basic","unlimited":false,"limit":10,"used":0,"remaining":10,"renews":"2026-12-01T00:00:00.000Z"})");
  EXPECT_EQ(fixture.get("/chat/quota", {pro}).text(), R"(200
Content-Type: application/json
Cache-Control: no-store

{"tier":"pro","unlimited":true,"limit":null,"used":null,"remaining":null,"renews":null})");
}

TEST_F(SendsageQuestions, X13_the_same_key_gives_the_same_run) {
  const Headers headers = {ann, {"idempotency-key", "k"}};
  ask(R"({"prompt":"hi"})", headers);
  const RunId first = fixture.runs.last_run();
  Answer again = ask(R"({"prompt":"hi"})", headers);
  EXPECT_EQ(again.status, 202);
  EXPECT_THAT(again.text(), HasSubstr(first.text()));
  EXPECT_EQ(fixture.runs.started().digest, digest_of(R"({"prompt":"hi"})"));
}

TEST_F(SendsageQuestions, S3_a_wrong_body_is_refused_by_the_name_of_its_field) {
  EXPECT_EQ(ask(R"({"prompt":""})").status, 400);
  EXPECT_EQ(ask(R"({})").status, 400);
  EXPECT_EQ(ask(R"({"prompt":7})").status, 400);
  EXPECT_EQ(ask(R"({"prompt":"hi","conversation_id":"a b"})").status, 400);
  EXPECT_EQ(ask("[]").status, 400);
  EXPECT_EQ(ask(R"({"prompt":")" + std::string(65 << 10, 'x') + "\"}").status, 413);
  EXPECT_EQ(ask(R"({"prompt":"hi"})", {ann, {"last-event-id", "1-1"}}).status, 400);
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(SendsageQuestions, A4_who_is_not_signed_in_gets_nothing) {
  for (const char* path : {kBasic, kPremium}) EXPECT_EQ(fixture.post(path, R"({"prompt":"hi"})").status, 401);
  EXPECT_EQ(fixture.get("/chat/quota").status, 401);
  EXPECT_EQ(fixture.get("/stream").status, 401);
}

TEST_F(SendsageQuestions, S3_a_question_can_be_cancelled) {
  ask(R"({"prompt":"hi"})");
  const std::string path = "/chat/request/" + fixture.runs.last_run().text();
  EXPECT_EQ(fixture.remove(path, {ann}).status, 204);
  EXPECT_EQ(fixture.runs.cancelled.size(), 1u);
  EXPECT_EQ(fixture.remove(path, {pro}).status, 404);
  EXPECT_EQ(fixture.remove("/chat/request/nonsense", {ann}).status, 400);
}

TEST(SendsageQuota, S3_it_renews_when_the_month_begins_though_the_clock_has_moved_since_it_was_read) {
  LimitStatus quota;
  quota.limit.max = 10;
  quota.remaining = 7;
  quota.reset_after = Milliseconds(60'000);
  for (const std::int64_t late : {0, 1, 90})
    EXPECT_THAT(render_quota("basic", &quota, WallTime{1'796'083'140'000 + late}),
                HasSubstr(R"("used":3,"remaining":7,"renews":"2026-12-01T00:00:00.000Z"})"));
}

}  // namespace
}  // namespace belay::surfaces::sendsage
