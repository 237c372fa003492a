// GET /chat/access, GET and DELETE /chat/history, POST /chat/send, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/goal_coach/ask.hpp"
#include "surfaces/goal_coach/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::HasSubstr;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kOk = "200\nContent-Type: application/json\nCache-Control: no-store\n\n";
constexpr const char* kSend = "/api/v1/chat/send";
constexpr const char* kHistory = "/api/v1/chat/history";

struct CoachChat : ::testing::Test {
  // A goal, and a meeting that begins so many minutes from now and takes half an hour: the user is tracking.
  std::string track(int minutes) {
    EXPECT_EQ(
        fixture.post("/api/v1/goals", R"({"title":"Run 10 km","target_date":"2027-06-01"})", {ann}).status,
        201);
    const std::string start = iso8601(fixture.clock.wall() + std::chrono::minutes(minutes));
    const Answer made = fixture.post(
        "/api/v1/meetings", R"({"title":"Weekly","start":")" + start + R"(","duration_minutes":30})", {ann});
    EXPECT_EQ(made.status, 201);
    return made.body.substr(7, made.body.find('"', 7) - 7);
  }
  std::string access() { return fixture.get("/api/v1/chat/access", {ann}).text(); }
  prompts::BuiltPrompt prompt_of(const services::StartRun& start, std::vector<StoredMessage> older = {}) {
    const prompts::Config config;
    const Model& model = fixture.settings->models->find("small")->model;
    prompts::RecipeFacts facts{
        config, model, *fixture.settings->personas.choose("").persona, {}, std::move(older)};
    return start.recipe->build(std::move(facts)).value();
  }

  SurfaceFixture fixture{goal_coach::make};
  const transport::Header ann = fixture.user("ann");
};

// ---- Access

TEST_F(CoachChat, G3_while_a_user_sets_goals_the_coach_is_always_available) {
  EXPECT_EQ(access(), std::string(kOk) +
                          R"({"available":true,"phase":"goal_setting","reason":"phase_always_open",)"
                          R"("message":"The coach is available.","meeting_id":null,"closes_at":null,)"
                          R"("next_available":null})");
  EXPECT_EQ(fixture.get("/api/v1/chat/access").text(), not_signed_in());
}

TEST_F(CoachChat, G3_while_a_user_is_tracking_it_is_available_around_meetings) {
  const std::string id = track(60);
  EXPECT_THAT(access(), HasSubstr(R"({"available":false,"phase":"tracking","reason":"before_window",)"));
  EXPECT_THAT(
      access(),
      HasSubstr(R"("meeting_id":null,"closes_at":null,"next_available":"2026-11-18T11:36:40.000Z"})"));
  fixture.advance(std::chrono::minutes(30));
  EXPECT_EQ(access(), std::string(kOk) +
                          R"({"available":true,"phase":"tracking","reason":"in_window",)"
                          R"("message":"The coach is available.","meeting_id":")" +
                          id + R"(","closes_at":"2026-11-18T13:36:40.000Z","next_available":null})");
  fixture.advance(std::chrono::minutes(120));
  EXPECT_THAT(access(), HasSubstr(R"("available":false,"phase":"tracking","reason":"no_meeting")"));
}

TEST_F(CoachChat, G3_a_message_is_refused_while_the_coach_is_not_available) {
  track(60);
  Answer refused = fixture.post(kSend, R"({"content":"Hi"})", {ann});
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr(R"("code":"forbidden")"));
  EXPECT_TRUE(fixture.runs.requests.empty());
}

// ---- Messages

TEST_F(CoachChat, G1_send_waits_for_the_whole_answer) {
  auto exchange = fixture.begin_post(kSend, R"({"content":"How do I begin?"})", {ann});
  fixture.turns();
  EXPECT_FALSE(exchange->response);
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.surface, "goal_coach");
  EXPECT_EQ(start.mode, "message");
  EXPECT_EQ(start.conversation, "coach");
  EXPECT_EQ(start.prompt, "How do I begin?");
  EXPECT_EQ(start.model, "small");
  EXPECT_EQ(start.sampling.max_output.value, 4'096u);
  EXPECT_FALSE(start.sampling.temperature);
  ASSERT_TRUE(start.channel);
  EXPECT_TRUE(start.channel->shows_pieces);
  EXPECT_TRUE(start.channel->shows_at_once);
  fixture.runs.answer("Begin today.", {{100}, {23}, {}, {}, false});
  EXPECT_EQ(fixture.finish(*exchange).text(),
            std::string(kOk) + R"({"id":")" + fixture.runs.last_run().text() +
                R"(-a","role":"assistant","content":"Begin today.","timestamp":"2026-11-18T11:06:40.000Z",)"
                R"("meeting_id":null,"metadata":{"model":"small","tokens_used":123},"state":"complete",)"
                R"("finish":"stop"})");
}

TEST_F(CoachChat, G7_a_message_in_a_window_carries_its_meeting) {
  const std::string id = track(10);
  auto exchange = fixture.begin_post(kSend, R"({"content":"Hi"})", {ann});
  fixture.turns();
  EXPECT_EQ(fixture.runs.started().task, id);
  fixture.runs.answer("Hello.");
  EXPECT_THAT(fixture.finish(*exchange).body, HasSubstr(R"("meeting_id":")" + id + '"'));
}

TEST_F(CoachChat, G1_an_answer_that_takes_too_long_is_504) {
  auto exchange = fixture.begin_post(kSend, R"({"content":"Hi"})", {ann});
  fixture.advance(std::chrono::minutes(2) + std::chrono::seconds(1));
  Answer late = fixture.finish(*exchange);
  EXPECT_EQ(late.status, 504);
  EXPECT_THAT(late.body, HasSubstr(R"("code":"deadline_exceeded")"));
}

TEST_F(CoachChat, G2_a_second_message_is_refused_in_words_that_help) {
  fixture.refuse_by(fixture.limit("message", 0));
  Answer refused = fixture.post(kSend, R"({"content":"Hi"})", {ann});
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body,
              HasSubstr("The coach answers one message at a time. Wait for the answer, or cancel it."));
  EXPECT_THAT(refused.body, HasSubstr(R"("code":"too_many_active")"));
}

TEST_F(CoachChat, X13_a_message_may_have_an_idempotency_key) {
  auto exchange = fixture.begin_post(kSend, R"({"content":"Hi"})", {ann, {"idempotency-key", "k1"}});
  fixture.turns();
  EXPECT_EQ(fixture.runs.started().key, "k1");
  EXPECT_FALSE(fixture.runs.started().digest.empty());
  fixture.runs.answer("Hello.");
  EXPECT_EQ(fixture.finish(*exchange).status, 200);
}

TEST_F(CoachChat, G1_what_is_no_message_is_refused) {
  EXPECT_EQ(fixture.post(kSend, "{}", {ann}).status, 400);
  EXPECT_EQ(fixture.post(kSend, R"({"content":""})", {ann}).status, 400);
  EXPECT_EQ(fixture.post(kSend, R"({"content":")" + std::string(16'385, 'x') + "\"}", {ann}).status, 413);
  EXPECT_EQ(fixture.post(kSend, R"({"content":"Hi"})").text(), not_signed_in());
}

TEST_F(CoachChat, G4_the_prompt_has_phase_goals_and_the_meeting_under_way) {
  track(10);
  auto exchange = fixture.begin_post(kSend, R"({"content":"Hi"})", {ann});
  fixture.turns();
  const prompts::BuiltPrompt prompt = prompt_of(fixture.runs.started());
  EXPECT_THAT(prompt.system, HasSubstr("You are a goal coach: a computer program"));
  ASSERT_EQ(prompt.messages.size(), 1u);
  const std::string said = text_of(prompt.messages[0]);
  EXPECT_THAT(
      said,
      HasSubstr(
          R"({"now":"2026-11-18T11:06:40.000Z","phase":"tracking","active_goals":[{"title":"Run 10 km",)"
          R"("target_date":"2027-06-01"}],"meeting_under_way":{"title":"Weekly",)"
          R"("start":"2026-11-18T11:16:40.000Z","end":"2026-11-18T11:46:40.000Z"}})"));
  EXPECT_TRUE(said.ends_with("Hi"));
  fixture.runs.answer("Hello.");
  EXPECT_EQ(fixture.finish(*exchange).status, 200);
}

TEST_F(CoachChat, G6_the_model_is_found_by_its_alias_or_by_its_providers_name) {
  ModelCatalogue models;
  for (const char* alias : {"first", "second"}) {
    Model model;
    model.alias = alias;
    model.upstream_name = std::string(alias) + "-20261130";
    ASSERT_TRUE(models.add(ModelTarget{std::move(model)}));
  }
  EXPECT_EQ(model_of(models, "second"), "second");
  EXPECT_EQ(model_of(models, "second-20261130"), "second");
  EXPECT_EQ(model_of(models, "unknown"), "first");
  EXPECT_EQ(model_of(models, ""), "first");
}

// ---- The history

TEST_F(CoachChat, G1_a_history_without_messages_is_empty) {
  EXPECT_EQ(fixture.get(kHistory, {ann}).text(),
            std::string(kOk) + R"({"messages":[],"total":0,"next_cursor":null,"has_more":false})");
}

TEST_F(CoachChat, G7_messages_carry_role_content_time_meeting_model_and_tokens) {
  const RunId run = fixture.add_turn(
      {.conversation = "coach", .question = "Why?", .answer = "Because.", .task = "meeting_1"});
  EXPECT_EQ(
      fixture.get(kHistory, {ann}).text(),
      std::string(kOk) + R"({"messages":[{"id":")" + run.text() +
          R"(-u","role":"user","content":"Why?","timestamp":"2026-11-18T11:06:41.000Z","meeting_id":"meeting_1",)"
          R"("metadata":null,"state":"complete"},{"id":")" +
          run.text() +
          R"(-a","role":"assistant","content":"Because.","timestamp":"2026-11-18T11:06:41.500Z",)"
          R"("meeting_id":"meeting_1","metadata":{"model":"small","tokens_used":15},"state":"complete"}],)"
          R"("total":2,"next_cursor":null,"has_more":false})");
}

TEST_F(CoachChat, G1_a_history_is_paged_with_its_total) {
  for (const char* text : {"one", "two", "three"})
    fixture.add_turn({.conversation = "coach", .question = text, .answer = "ok"});
  Answer newest = fixture.get(std::string(kHistory) + "?limit=2", {ann});
  EXPECT_THAT(newest.body, HasSubstr("three"));
  EXPECT_EQ(newest.body.find("two"), std::string::npos);
  EXPECT_THAT(newest.body, HasSubstr(R"("total":6)"));
  EXPECT_THAT(newest.body, HasSubstr(R"("has_more":true)"));
  const std::size_t at = newest.body.find(R"("next_cursor":")") + 15;
  const std::string cursor = newest.body.substr(at, newest.body.find('"', at) - at);
  EXPECT_THAT(fixture.get(std::string(kHistory) + "?limit=2&cursor=" + cursor, {ann}).body, HasSubstr("two"));
  EXPECT_EQ(fixture.get(std::string(kHistory) + "?cursor=x", {ann}).status, 400);
}

TEST_F(CoachChat, C11_a_cleared_history_is_gone_and_may_be_cleared_again) {
  fixture.add_turn({.conversation = "coach", .question = "Why?", .answer = "Because."});
  fixture.add_turn({.conversation = "coach", .question = "His", .answer = "ok", .user = "bob"});
  EXPECT_EQ(fixture.remove(kHistory, {ann}).text(), std::string(kOk) + R"({"deleted_messages":2})");
  EXPECT_THAT(fixture.get(kHistory, {ann}).body, HasSubstr(R"("total":0)"));
  EXPECT_EQ(fixture.remove(kHistory, {ann}).text(), std::string(kOk) + R"({"deleted_messages":0})");
  EXPECT_THAT(fixture.get(kHistory, {fixture.user("bob")}).body, HasSubstr(R"("total":2)"));
}

TEST_F(CoachChat, G6_the_document_s_address_leads_to_the_api_pages) {
  const Answer answer = fixture.get("/api/v1/docs");
  EXPECT_EQ(answer.status, 302);
  EXPECT_THAT(answer.head(), HasSubstr("Location: /docs"));
}

}  // namespace
}  // namespace belay::surfaces::goal_coach
