// What a user does with chats: branches, titles, removal, and what is found from another device. From literal bytes to
// literal bytes.
#include <gmock/gmock.h>

#include "surfaces/chat/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::chat {
namespace {

using testing::bad_request;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::not_found;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

const std::string kOk = "200\nContent-Type: application/json\nCache-Control: no-store\n\n";
constexpr const char* kNoContent = "204\nCache-Control: no-store\n\n";

struct Chats : ::testing::Test {
  Chats() { first = fixture.add_turn({"the-chat", "One?", "One.", "", ""}); }
  std::string get(const std::string& target) { return fixture.get(target, ann).text(); }
  std::string history() { return get("/api/chat/history?chatId=the-chat"); }
  std::string start(const std::string& body) { return fixture.post("/api/chat/start", body, ann).text(); }
  std::string id(const RunId& run, char role = 'a') const { return run.text() + "-" + role; }

  SurfaceFixture fixture{chat::make};
  const transport::Header ann = fixture.user("ann");
  const transport::Header bob = fixture.user("bob");
  RunId first;
};

// ---- C13

TEST_F(Chats, C13_a_start_may_make_an_answer_again) {
  EXPECT_THAT(start(R"({"regenerate":")" + id(first) + R"("})"), HasSubstr("201"));
  const services::StartRun& asked = fixture.runs.started();
  ASSERT_TRUE(asked.replaces);
  EXPECT_EQ(asked.replaces->how, Branch::Kind::regenerate);
  EXPECT_EQ(asked.replaces->message, (MessageId{first, Role::assistant}));
  EXPECT_EQ(asked.prompt, "");
  EXPECT_FALSE(asked.bypass_cache);
}

TEST_F(Chats, C13_a_start_may_edit_a_question_and_a_command_is_then_a_question) {
  EXPECT_THAT(start(R"({"edit":")" + id(first, 'u') + R"(","prompt":"/clear"})"), HasSubstr("201"));
  EXPECT_EQ(fixture.runs.started().replaces->how, Branch::Kind::edit);
  EXPECT_EQ(fixture.runs.started().prompt, "/clear");
  EXPECT_FALSE(fixture.runs.started().command);
}

TEST_F(Chats, C15_a_start_may_go_on_with_an_answer) {
  EXPECT_THAT(start(R"({"continue":")" + id(first) + R"("})"), HasSubstr("201"));
  EXPECT_EQ(fixture.runs.started().replaces->how, Branch::Kind::continuation);
}

TEST_F(Chats, C13_a_start_may_pass_the_cache_by) {
  start(R"({"prompt":"hi","cache":"bypass"})");
  EXPECT_TRUE(fixture.runs.started().bypass_cache);
  EXPECT_EQ(start(R"({"prompt":"hi","cache":"no"})"),
            bad_request(R"(cache must be \"bypass\", or left out.)", "cache"));
}

TEST_F(Chats, C13_a_start_that_contradicts_itself_is_refused) {
  EXPECT_EQ(
      start(R"({"regenerate":")" + id(first) + R"(","prompt":"hi"})"),
      bad_request("Leave prompt out: with regenerate and continue, the question is the one that was asked.",
                  "prompt"));
  EXPECT_EQ(start(R"({"regenerate":")" + id(first) + R"(","continue":")" + id(first) + R"("})"),
            bad_request("Give only one of regenerate, edit and continue.", "continue"));
  EXPECT_EQ(start(R"({"regenerate":"nonsense"})"),
            not_found("There is no such message. Check its id.", "regenerate"));
  for (const std::string field : {"regenerate", "edit", "continue"})
    EXPECT_EQ(start(R"({"prompt":"hi",")" + field + R"(":""})"),
              bad_request(field + " must be the id of a message, or be left out.", field));
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(Chats, C5_C13_an_answer_that_is_still_being_written_is_no_unknown_message) {
  start(R"({"prompt":"hi","chatId":"the-chat"})");
  const std::string running = id(fixture.runs.last_run());
  const auto refused = [](const std::string& field) {
    return Problem{409, "Conflict", "conflict",
                   "This answer is still being written. Wait until it has ended, or stop it, and try again.",
                   R"(,"field":")" + field + '"'}
        .text();
  };
  const std::string reaction = "/api/chat/messages/" + running + "/reaction";
  EXPECT_EQ(fixture.put(reaction, R"({"reaction":"like"})", ann).text(), refused("id"));
  EXPECT_EQ(fixture.remove(reaction, ann).text(), refused("id"));
  EXPECT_EQ(fixture.put(reaction, R"({"reaction":"like"})", bob).text(),
            not_found("There is no such message. Check its id.", "id"));
  fixture.refuse_with(ErrorCode::conflict, services::still_being_written().detail, services::kAboutMessage);
  EXPECT_EQ(start(R"({"regenerate":")" + running + R"("})"), refused("regenerate"));
}

TEST_F(Chats, C13_an_error_about_the_message_names_the_field_that_held_it) {
  fixture.refuse_with(ErrorCode::not_found, "There is no such message. Check its id.",
                      services::kAboutMessage);
  EXPECT_EQ(start(R"({"continue":")" + id(first) + R"("})"),
            not_found("There is no such message. Check its id.", "continue"));
}

TEST_F(Chats, C13_a_history_says_which_messages_have_siblings) {
  const RunId again = fixture.add_turn({"the-chat",
                                        "",
                                        "Better.",
                                        "",
                                        "",
                                        RunState::completed,
                                        MessageKind::chat,
                                        "ann",
                                        {Branch::Kind::regenerate, first}});
  const std::string text = history();
  EXPECT_THAT(text, HasSubstr(R"("siblings":[")" + id(first) + R"(",")" + id(again) + R"("])"));
  EXPECT_THAT(text, HasSubstr(R"("content":"Better.")"));
  EXPECT_THAT(text, Not(HasSubstr(R"("content":"One.")")));
  const std::string branch = "/api/chat/the-chat/branch";
  EXPECT_EQ(fixture.put(branch, R"({"messageId":")" + id(first) + R"("})", ann).text(), kNoContent);
  EXPECT_THAT(history(), HasSubstr(R"("content":"One.")"));
  EXPECT_THAT(get("/api/chat/the-chat/export?format=json"), Not(HasSubstr("Better.")));
  EXPECT_EQ(fixture.put(branch, R"({"messageId":")" + id(first) + R"("})", bob).text(),
            not_found("There is no such chat. Check its id.", "chatId"));
  EXPECT_EQ(fixture.put(branch, R"({"messageId":")" + id(fixture.new_id()) + R"("})", ann).text(),
            not_found("There is no such message. Check its id.", "messageId"));
  EXPECT_EQ(fixture.put(branch, R"({"messageId":"nonsense"})", ann).text(),
            not_found("There is no such message. Check its id.", "messageId"));
  EXPECT_EQ(fixture.put("/api/chat/none/branch", R"({"messageId":"nonsense"})", ann).text(),
            not_found("There is no such chat. Check its id.", "chatId"));
}

// ---- C14

TEST_F(Chats, C14_a_running_answer_is_named_and_read_and_stopped_by_its_chat) {
  start(R"({"prompt":"hi","chatId":"the-chat"})");
  const RunId run = fixture.runs.last_run();
  const std::string running = R"("running":{"sessionId":"session-1","messageId":")" + id(run) + R"("})";
  EXPECT_THAT(history(), HasSubstr(running));
  EXPECT_THAT(get("/api/chats"), HasSubstr(running));
  EXPECT_EQ(fixture.remove("/api/chat/stream?chatId=the-chat", bob).text(),
            not_found("There is no such chat. Check its id.", "chatId"));
  EXPECT_TRUE(fixture.runs.cancelled.empty());
  EXPECT_EQ(fixture.remove("/api/chat/stream?chatId=the-chat", ann).text(), kNoContent);
  EXPECT_EQ(fixture.runs.cancelled, std::vector<RunId>{run});
  EXPECT_THAT(history(), Not(HasSubstr("running")));
}

TEST_F(Chats, C14_a_stream_is_named_by_a_session_or_by_a_chat) {
  EXPECT_EQ(get("/api/chat/stream?sessionId=a&chatId=b"),
            bad_request("Give sessionId or chatId, not both.", "chatId"));
  EXPECT_EQ(get("/api/chat/stream?chatId=unknown"),
            not_found("There is no such chat. Check its id.", "chatId"));
}

// ---- C12

TEST_F(Chats, C12_a_chat_is_renamed_archived_and_pinned) {
  const std::string target = "/api/chat/the-chat";
  const std::string chat =
      R"({"chatId":"the-chat","title":"Ropes","modelId":null,"persona":null,"projectId":null,)"
      R"("taskId":null,"createdAt":"2026-11-18T11:06:41.000Z",)"
      R"("updatedAt":"2026-11-18T11:06:41.500Z","archived":true,"pinned":true})";
  EXPECT_EQ(fixture.patch(target, R"({"title":"Ropes","archived":true,"pinned":true})", ann).text(),
            kOk + chat);
  EXPECT_EQ(get("/api/chats"), kOk + R"({"chats":[],"nextCursor":null})");
  EXPECT_EQ(get("/api/chats?archived=true"), kOk + "{\"chats\":[" + chat + R"(],"nextCursor":null})");
  EXPECT_EQ(get("/api/chats?archived=x"), bad_request("archived must be true or false.", "archived"));
}

TEST_F(Chats, C12_a_change_that_is_none_is_refused) {
  const std::string target = "/api/chat/the-chat";
  EXPECT_EQ(fixture.patch(target, "{}", ann).text(),
            bad_request("Give at least one of title, archived and pinned.", "title"));
  EXPECT_EQ(fixture.patch(target, R"({"pinned":1})", ann).text(),
            bad_request("pinned must be true or false.", "pinned"));
  EXPECT_EQ(fixture.patch(target, R"({"title":")" + std::string(201, 'x') + R"("})", ann).text(),
            bad_request("title must be at most 200 bytes long.", "title"));
  EXPECT_EQ(fixture.patch(target, R"({"title":"x"})", bob).text(),
            not_found("There is no such chat. Check its id.", "chatId"));
  EXPECT_EQ(fixture.patch(target, R"({"title":"x"})").text(), not_signed_in());
}

// ---- C16

TEST_F(Chats, C16_a_search_answers_chats_with_what_was_found) {
  const RunId run = fixture.add_turn({"ropes", "Tell me more", "About \"rope\"\nand knots", "", ""});
  const std::string chat =
      R"({"chatId":"ropes","title":"Tell me more","modelId":null,"persona":null,"projectId":null,)"
      R"("taskId":null,"createdAt":"2026-11-18T11:06:42.000Z","updatedAt":"2026-11-18T11:06:42.500Z",)"
      R"("archived":false,"pinned":false,"match":{)";
  EXPECT_EQ(
      get("/api/chats?q=kno"),
      kOk + R"({"chats":[)" + chat + R"("messageId":")" + id(run) +
          R"(","snippet":[{"text":"About \"rope\" and ","match":false},{"text":"knots","match":true}]}}],)" +
          R"("nextCursor":null})");
  EXPECT_EQ(get("/api/chats?q=TELL%20more"),
            kOk + R"({"chats":[)" + chat +
                R"("snippet":[{"text":"Tell","match":true},{"text":" me ","match":false},)"
                R"({"text":"more","match":true}]}}],"nextCursor":null})");
  EXPECT_EQ(get("/api/chats?q=nothing"), kOk + R"({"chats":[],"nextCursor":null})");
  EXPECT_EQ(fixture.get("/api/chats?q=knots", bob).text(), kOk + R"({"chats":[],"nextCursor":null})");
  EXPECT_EQ(fixture.get("/api/chats?q=knots").text(), not_signed_in());
}

TEST_F(Chats, C16_a_search_may_be_for_archived_chats_and_says_which_are_running) {
  fixture.patch("/api/chat/the-chat", R"({"archived":true})", ann);
  EXPECT_THAT(get("/api/chats?q=one"), HasSubstr("the-chat"));
  EXPECT_THAT(get("/api/chats?q=one&archived=true"), HasSubstr("the-chat"));
  EXPECT_THAT(get("/api/chats?q=one&archived=false"), Not(HasSubstr("the-chat")));
  start(R"({"prompt":"hi","chatId":"the-chat"})");
  EXPECT_THAT(get("/api/chats?q=one"), HasSubstr(R"("running":{)"));
}

TEST_F(Chats, C16_a_search_that_is_too_long_or_says_nothing_is_refused) {
  EXPECT_EQ(get("/api/chats?q="),
            bad_request("q has no words. Give at least one letter, digit or emoji.", "q"));
  EXPECT_EQ(get("/api/chats?q=" + std::string(201, 'x')),
            bad_request("q must be at most 200 bytes long.", "q"));
  EXPECT_EQ(get("/api/chats?q=1+2+3+4+5+6+7+8+9"), bad_request("q must have at most 8 words.", "q"));
  EXPECT_EQ(get("/api/chats?q=x&limit=51"), bad_request("limit must be a number from 1 to 50.", "limit"));
  EXPECT_EQ(get("/api/chats?q=x&cursor=1"),
            bad_request("Leave cursor out: a search has one page.", "cursor"));
  EXPECT_EQ(get("/api/chats?q=x&archived=1"), bad_request("archived must be true or false.", "archived"));
}

// ---- C11, X18

TEST_F(Chats, C11_a_chat_is_removed_and_the_request_may_be_repeated) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(fixture.remove("/api/chat/the-chat", ann).text(), kNoContent);
  EXPECT_EQ(history(), not_found("There is no such chat. Check its id.", "chatId"));
  ASSERT_EQ(fixture.erasures.requests.size(), 2u);
  const Erasure& asked = fixture.erasures.requests.front();
  EXPECT_EQ(asked.what, Erasure::What::conversation);
  EXPECT_EQ(asked.user, "ann");
  EXPECT_EQ(asked.surface, "chat");
  EXPECT_EQ(asked.conversation, "the-chat");
}

TEST_F(Chats, C11_another_users_chat_stays) {
  EXPECT_EQ(fixture.remove("/api/chat/the-chat", bob).text(), kNoContent);
  EXPECT_THAT(history(), HasSubstr("One."));
  EXPECT_EQ(fixture.remove("/api/chat/the-chat").text(), not_signed_in());
}

TEST_F(Chats, C11_all_chats_are_removed_at_once) {
  fixture.add_turn({"other", "Two?", "Two.", "", ""});
  EXPECT_EQ(fixture.remove("/api/chats", ann).text(), kNoContent);
  EXPECT_EQ(get("/api/chats"), kOk + R"({"chats":[],"nextCursor":null})");
  EXPECT_EQ(fixture.erasures.requests.front().what, Erasure::What::conversations);
}

TEST_F(Chats, X18_a_user_is_removed_and_told_what_went) {
  EXPECT_EQ(fixture.remove("/api/me", ann).text(),
            kOk + R"({"chats":1,"messages":2,"answers":1,"sessions":0,"cachedAnswers":0,"ledgerRows":0})");
  EXPECT_EQ(fixture.erasures.requests.front().what, Erasure::What::user);
  EXPECT_EQ(fixture.erasures.requests.front().surface, "");
}

TEST_F(Chats, C11_a_removal_that_can_not_be_finished_now_says_so) {
  fixture.erasures.refuse_next =
      make_error(ErrorCode::unavailable, "This took too long. Try again in a moment.");
  EXPECT_THAT(fixture.remove("/api/chat/the-chat", ann).text(), HasSubstr("503"));
}

TEST_F(Chats, C11_a_chat_can_not_hide_behind_a_path_of_the_api) {
  for (const char* word : {"start", "stream", "history", "models", "messages"})
    EXPECT_EQ(start(R"({"prompt":"hi","chatId":")" + std::string(word) + R"("})"),
              bad_request("This chatId is a word of the API. Choose another.", "chatId"));
}

}  // namespace
}  // namespace belay::surfaces::chat
