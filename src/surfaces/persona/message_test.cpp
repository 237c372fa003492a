// POST /chat/message, which waits for the whole answer, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "base/digest.hpp"
#include "surfaces/persona/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::persona {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::HasSubstr;
using testing::Problem;
using testing::SurfaceFixture;

const std::string kSession = "session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";  // ann's
constexpr const char* kAsk = R"({"session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","message":"hi"})";
constexpr const char* kAnonymousAsk =
    R"({"session_id":"session_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB","message":"hi"})";

struct PersonaMessage : ::testing::Test {
  static PersonaSurfaceConfig config() {
    PersonaSurfaceConfig config;
    config.anonymous = true;
    return config;
  }
  PersonaMessage() {
    fixture.add_session(kSession, "ann");
    fixture.add_session("session_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", "", {}, "user-1");
  }

  SurfaceFixture fixture{persona::make, config()};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(PersonaMessage, P1_the_whole_answer_is_waited_for) {
  fixture.leave_of(fixture.limit("message", 1), 59);
  fixture.leave_of(fixture.session_limit(), 999);
  auto exchange = fixture.begin_post("/chat/message", kAsk, {ann, {"accept", "text/event-stream"}});
  EXPECT_FALSE(exchange->response);
  fixture.runs.text("One,");
  fixture.turns();
  EXPECT_FALSE(exchange->response) << "it is not whole";
  fixture.runs.answer(" \"two\".", {{12}, {3}, {}, {}, true, {}});
  EXPECT_EQ(fixture.finish(*exchange).text(),
            R"(200
Content-Type: application/json
Cache-Control: no-store
RateLimit-Policy: "persona.rate";q=60;w=60, "persona.session_requests";q=1000
RateLimit: "persona.rate";r=59, "persona.session_requests";r=999

{"session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","persona":"default","message":"One,)"
            R"( \"two\".","finish":"stop","usage":{"input_tokens":12,"output_tokens":3,"estimated":true}})");
  EXPECT_EQ(fixture.runs.started().digest, "");
}

TEST_F(PersonaMessage, P1_a_whole_answer_that_was_cut_says_so) {
  auto exchange = fixture.begin_post("/chat/message", kAnonymousAsk);
  fixture.runs.text("This is as far as");
  Terminal terminal;
  terminal.finish = FinishReason::length;
  terminal.text_from = 2;
  fixture.runs.end(EventType::completed, terminal);
  EXPECT_THAT(fixture.finish(*exchange).text(),
              HasSubstr(R"({"session_id":"session_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB","persona":"default",)"
                        R"("message":"This is as far as","finish":"length",)"
                        R"("usage":{"input_tokens":0,"output_tokens":0,"estimated":false}})"));
}

TEST_F(PersonaMessage, P1_an_answer_that_fails_is_a_problem) {
  const auto answer = [&](EventType type, ErrorCode code, const char* message) {
    auto exchange = fixture.begin_post("/chat/message", kAsk, ann);
    fixture.runs.text("One,");
    Terminal terminal;
    terminal.code = code;
    terminal.message = message;
    fixture.runs.end(type, terminal);
    return fixture.finish(*exchange).text();
  };
  EXPECT_EQ(
      answer(EventType::failed, ErrorCode::provider_unavailable, "The provider refused the connection."),
      (Problem{503, "Service Unavailable", "provider_unavailable", "The provider refused the connection.", "",
               "Retry-After: 1\n"}
           .text()));
  EXPECT_EQ(answer(EventType::failed, ErrorCode::provider_timeout, "The provider timed out."),
            (Problem{504, "Gateway Timeout", "provider_timeout", "The provider timed out."}.text()));
  EXPECT_EQ(
      answer(EventType::failed, ErrorCode::provider_content_filter, "The provider withheld the answer."),
      (Problem{422, "Unprocessable Content", "provider_content_filter", "The provider withheld the answer."}
           .text()));
  EXPECT_EQ(answer(EventType::cancelled, ErrorCode::cancelled, "The request was cancelled."),
            (Problem{409, "Conflict", "cancelled", "The request was cancelled."}.text()));
}

TEST_F(PersonaMessage, X5_an_answer_that_nobody_reads_is_cancelled_when_its_client_leaves) {
  auto exchange = fixture.begin_post("/chat/message", kAsk, ann);
  EXPECT_TRUE(exchange->client.is_watched());
  EXPECT_TRUE(fixture.runs.cancelled.empty());
  exchange->client.leave();
  fixture.turns();
  ASSERT_EQ(fixture.runs.cancelled.size(), 1u);
  EXPECT_EQ(fixture.runs.cancelled[0], fixture.runs.last_run());
  EXPECT_EQ(
      fixture.finish(*exchange).text(),
      (Problem{409, "Conflict", "cancelled", "The client closed the connection before the answer was whole."}
           .text()));
}

TEST_F(PersonaMessage, X5_an_answer_that_can_still_be_read_goes_on_when_its_client_leaves) {
  auto with_key = fixture.begin_post("/chat/message", kAsk, {ann, {"idempotency-key", "key-1"}});
  EXPECT_EQ(fixture.runs.started().digest, digest_of(std::string("/chat/message\n") + kAsk));
  with_key->client.leave();
  EXPECT_EQ(fixture.finish(*with_key).status, 409);
  auto with_reader = fixture.begin_post("/chat/message", kAsk, ann);
  Answer reader = fixture.get("/chat/stream?session_id=" + kSession, ann);
  with_reader->client.leave();
  EXPECT_EQ(fixture.finish(*with_reader).status, 409);
  EXPECT_TRUE(fixture.runs.cancelled.empty());
  fixture.runs.answer("Hi");
  EXPECT_TRUE(reader.has_ended());
}

TEST_F(PersonaMessage, X1_a_whole_answer_is_not_resumed) {
  EXPECT_EQ(
      fixture.post("/chat/message", kAsk, {ann, {"last-event-id", "1-1"}}).text(),
      bad_request(
          "This starts a request and can not resume one. Read the stream again with GET and Last-Event-ID.",
          "Last-Event-ID"));
  EXPECT_TRUE(fixture.runs.requests.empty());
}

}  // namespace
}  // namespace belay::surfaces::persona
