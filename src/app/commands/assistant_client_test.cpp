// Requirement X11: `belay chat` continues after lost connections and restarts, and shows the exact answer.
// X5: Ctrl-C cancels.
#include "app/commands/assistant_client.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kId = "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427";

// Returns prepared replies in order and records the requests.
class ScriptedHttp final : public HttpClient {
 public:
  struct Step {
    HttpReply reply;
    std::string stream;
  };
  HttpReply perform(const HttpExchange& exchange, const OnBytes& on_stream) override {
    asked.push_back(exchange);
    if (steps.empty()) return HttpReply{.status = 500};
    const Step step = steps.front();
    steps.pop_front();
    if (!step.stream.empty() && !on_stream(step.stream))
      return HttpReply{.status = 200, .error = "closed by the client"};
    return step.reply;
  }
  void accept() {
    steps.push_back(
        {HttpReply{.status = 201, .body = R"({"request_id":")" + kId + R"(","status":"queued"})"}, {}});
  }
  void stream(std::string bytes, HttpReply reply = {.status = 200}) {
    steps.push_back({std::move(reply), std::move(bytes)});
  }
  void refuse(int status, std::string body = {}) {
    steps.push_back({HttpReply{.status = status, .body = std::move(body)}, {}});
  }
  void lose(std::string error = "connection refused") {
    steps.push_back({HttpReply{.error = std::move(error)}, {}});
  }

  std::deque<Step> steps;
  std::vector<HttpExchange> asked;
};

class ManualPatience final : public InterruptibleClock {
 public:
  bool wait(Milliseconds time) override {
    waits.push_back(time);
    now_ += time;
    return static_cast<int>(waits.size()) != interrupt_at;
  }
  SteadyTime now() const override { return now_; }

  std::vector<Milliseconds> waits;
  int interrupt_at = 0;

 private:
  SteadyTime now_{1h};
};

class Screen final : public AnswerOutput {
 public:
  void text(std::string_view piece) override { shown += piece; }
  void note(std::string_view line) override { shown += "[" + std::string(line) + "]"; }
  std::string shown;
};

std::string chunk(int offset, const std::string& text) {
  return "id: 1-" + std::to_string(offset) + "\nevent: response_chunk\ndata: {\"content\":\"" + text +
         "\"}\n\n";
}
std::string complete(int offset, const std::string& text) {
  return "event: status\ndata: {\"status\":\"completed\"}\n\nid: 1-" + std::to_string(offset) +
         "\nevent: complete\ndata: {\"request_id\":\"" + kId + "\",\"content\":\"" + text + "\"}\n\n";
}
const std::string kRestarted = "id: 1-50\nevent: status\ndata: {\"status\":\"restarted\"}\n\n";

class AssistantClientTest : public testing::Test {
 protected:
  AssistantClient::Outcome ask(std::string prompt = "Why?") {
    return client_.ask({std::move(prompt), "chat", ""});
  }

  ScriptedHttp http_;
  ManualPatience patience_;
  SeededRandom random_{1};
  Screen screen_;
  AssistantClient client_{{http_, patience_, random_, screen_}, {"http://127.0.0.1:8080", "dev:ann"}};
};

TEST_F(AssistantClientTest, x11_an_answer_is_shown_as_it_comes) {
  http_.accept();
  http_.stream(chunk(3, "Hello ") + chunk(4, "you") + complete(5, "Hello you"));
  EXPECT_EQ(ask("Say \"hello\"").result, AssistantClient::Result::completed);
  EXPECT_EQ(screen_.shown, "Hello you");
  ASSERT_EQ(http_.asked.size(), 2u);
  EXPECT_EQ(http_.asked[0].method, "POST");
  EXPECT_EQ(http_.asked[0].url, "http://127.0.0.1:8080/assistant/request");
  EXPECT_EQ(http_.asked[0].body, R"({"prompt":"Say \"hello\"","mode":"chat"})");
  EXPECT_THAT(http_.asked[0].headers, Contains("Authorization: Bearer dev:ann"));
  EXPECT_EQ(http_.asked[1].url, "http://127.0.0.1:8080/assistant/stream/" + kId);
  EXPECT_THAT(http_.asked[1].headers, Not(Contains(HasSubstr("Last-Event-ID"))));
}

TEST_F(AssistantClientTest, x1_a_cut_stream_goes_on_after_the_last_whole_event) {
  http_.accept();
  http_.stream(chunk(3, "one ") + chunk(4, "two ") + "id: 1-5\nevent: response_chunk\nda",
               {.status = 200, .error = "reset"});
  http_.lose();
  http_.refuse(503);
  http_.stream(chunk(5, "three") + complete(6, "one two three"));
  EXPECT_EQ(ask().result, AssistantClient::Result::completed);
  EXPECT_EQ(screen_.shown, "one two three");
  for (const std::size_t i : {2u, 3u, 4u})
    EXPECT_THAT(http_.asked[i].headers, Contains("Last-Event-ID: 1-4"));
  ASSERT_EQ(patience_.waits.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GE(patience_.waits[i], AssistantClient::kFirstDelay * (1 << i));
    EXPECT_LE(patience_.waits[i], AssistantClient::kFirstDelay * (1 << i) * 3 / 2);
  }
}

TEST_F(AssistantClientTest, a_stream_that_ends_cleanly_without_an_end_is_read_again) {
  http_.accept();
  http_.stream(chunk(3, "one "));
  http_.stream(chunk(4, "two") + complete(5, "one two"));
  EXPECT_EQ(ask().result, AssistantClient::Result::completed);
  EXPECT_EQ(screen_.shown, "one two");
}

TEST_F(AssistantClientTest, the_servers_reconnection_time_is_honoured) {
  http_.accept();
  http_.stream("retry: 2000\n\n" + chunk(3, "one"), {.status = 200, .error = "reset"});
  http_.stream(complete(4, "one"));
  EXPECT_EQ(ask().result, AssistantClient::Result::completed);
  ASSERT_EQ(patience_.waits.size(), 1u);
  EXPECT_GE(patience_.waits[0], 2000ms);
}

TEST_F(AssistantClientTest, x2_an_answer_begun_anew_is_not_shown_twice) {
  http_.accept();
  http_.stream(chunk(3, "one ") + chunk(4, "two ") + kRestarted + chunk(51, "one tw") + chunk(52, "o three") +
               complete(53, "one two three"));
  EXPECT_EQ(ask().result, AssistantClient::Result::completed);
  EXPECT_EQ(screen_.shown, "one two three");
}

TEST_F(AssistantClientTest, x2_an_answer_begun_anew_that_differs_is_shown_whole) {
  http_.accept();
  http_.stream(chunk(3, "one two") + kRestarted + chunk(51, "one ") + chunk(52, "2 three") +
               complete(53, "one 2 three"));
  EXPECT_EQ(ask().result, AssistantClient::Result::completed);
  EXPECT_EQ(screen_.shown, "one two[the answer was begun anew, and is not what it was]one 2 three");
}

TEST_F(AssistantClientTest, a_position_that_is_gone_is_read_again_from_the_start) {
  http_.accept();
  http_.stream(chunk(3, "one "), {.status = 200, .error = "reset"});
  http_.refuse(410, R"({"code":"position_lost","detail":"Gone."})");
  http_.stream(chunk(3, "one ") + chunk(4, "two") + complete(5, "one two"));
  EXPECT_EQ(ask().result, AssistantClient::Result::completed);
  EXPECT_EQ(screen_.shown, "one two");
  EXPECT_THAT(http_.asked.back().headers, Not(Contains(HasSubstr("Last-Event-ID"))));
}

TEST_F(AssistantClientTest, x9_an_error_in_the_stream_ends_it_with_its_words_and_code) {
  http_.accept();
  http_.stream(chunk(3, "one ") +
               "id: 1-4\nevent: error\ndata: {\"code\":\"provider_broken\",\"message\":\"It "
               "broke.\",\"retryable\":true}\n\n");
  const auto outcome = ask();
  EXPECT_EQ(outcome.result, AssistantClient::Result::failed);
  EXPECT_EQ(outcome.message, "It broke. (provider_broken)");
}

TEST_F(AssistantClientTest, x9_a_refusal_is_told_with_its_detail_and_not_tried_again) {
  http_.refuse(429, R"({"code":"rate_limited","detail":"Try again in 12 s."})");
  const auto outcome = ask();
  EXPECT_EQ(outcome.result, AssistantClient::Result::failed);
  EXPECT_EQ(outcome.message, "Try again in 12 s. (rate_limited)");
  EXPECT_EQ(http_.asked.size(), 1u);
}

TEST_F(AssistantClientTest, a_server_that_was_never_there_is_told_at_once) {
  http_.lose();
  const auto outcome = ask();
  EXPECT_EQ(outcome.result, AssistantClient::Result::unreachable);
  EXPECT_EQ(outcome.message, "no server answers at http://127.0.0.1:8080: connection refused");
  EXPECT_THAT(patience_.waits, IsEmpty());
}

TEST_F(AssistantClientTest, x13_a_request_is_sent_again_under_the_same_key_while_the_server_restarts) {
  http_.accept();
  http_.stream(complete(3, "first"));
  ASSERT_EQ(ask().result, AssistantClient::Result::completed);
  http_.refuse(503);
  http_.lose();
  http_.accept();
  http_.stream(complete(3, " second"));
  ASSERT_EQ(ask().result, AssistantClient::Result::completed);
  EXPECT_EQ(screen_.shown, "first second");
  EXPECT_THAT(http_.asked[2].headers, Contains(HasSubstr("Idempotency-Key: ")));
  EXPECT_EQ(http_.asked[2].headers, http_.asked[3].headers);
  EXPECT_EQ(http_.asked[2].headers, http_.asked[4].headers);
  EXPECT_NE(http_.asked[0].headers, http_.asked[2].headers);
}

TEST_F(AssistantClientTest, a_server_that_does_not_come_back_is_given_up) {
  http_.accept();
  http_.stream(chunk(3, "one "), {.status = 200, .error = "reset"});
  for (int i = 0; i < 200; ++i) http_.lose();
  const auto outcome = ask();
  EXPECT_EQ(outcome.result, AssistantClient::Result::unreachable);
  EXPECT_THAT(outcome.message, HasSubstr("connection refused"));
  EXPECT_LT(http_.asked.size(), 60u);
}

TEST_F(AssistantClientTest, x5_an_interrupt_cancels_the_run) {
  http_.accept();
  http_.stream(chunk(3, "one "), {.status = 200, .interrupted = true});
  http_.refuse(204);
  EXPECT_EQ(ask().result, AssistantClient::Result::cancelled);
  EXPECT_EQ(http_.asked.back().method, "DELETE");
  EXPECT_EQ(http_.asked.back().url, "http://127.0.0.1:8080/assistant/request/" + kId);
}

TEST_F(AssistantClientTest, x5_an_interrupt_while_waiting_for_the_server_cancels_too) {
  http_.accept();
  http_.lose();
  http_.lose();
  patience_.interrupt_at = 2;
  http_.lose();
  const auto outcome = ask();
  EXPECT_EQ(outcome.result, AssistantClient::Result::cancelled);
  EXPECT_THAT(outcome.message, HasSubstr("could not be cancelled at the server"));
  EXPECT_EQ(http_.asked.back().method, "DELETE");
}

TEST_F(AssistantClientTest, a8_an_action_is_shown_beside_the_answer) {
  http_.accept();
  http_.stream(
      "id: 1-3\nevent: action\ndata: {\"id\":\"c\",\"name\":\"add_clip\",\"arguments\":{\"seconds\":4}}\n\n" +
      complete(4, "done"));
  EXPECT_EQ(ask().result, AssistantClient::Result::completed);
  EXPECT_EQ(screen_.shown, "[action add_clip {\"seconds\":4}]done");
}

TEST_F(AssistantClientTest, an_answer_that_is_no_belay_servers_is_refused) {
  http_.steps.push_back({HttpReply{.status = 201, .body = "<html>"}, {}});
  EXPECT_EQ(ask().message, "this is no Belay server: its answer has no request_id");
}

}  // namespace
}  // namespace belay::app
