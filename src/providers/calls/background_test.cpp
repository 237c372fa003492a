// Responses that the provider keeps: an answer that was cut goes on where it was.
#include "providers/testing/http_provider_fixture.hpp"

namespace belay::providers {
namespace {

using std::chrono::seconds;

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

class BackgroundTest : public HttpProviderFixture {
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
