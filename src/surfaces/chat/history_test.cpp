// What the chat surface keeps: histories, chats, reactions and models, from literal bytes to literal bytes.
#include "surfaces/chat/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::chat {
namespace {

using testing::bad_request;
using testing::not_found;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

const std::string kOk = "200\nContent-Type: application/json\nCache-Control: no-store\n\n";
constexpr const char* kNoContent = "204\nCache-Control: no-store\n\n";
// The messages of the first two turns that a test adds.
const std::string kQuestion1 =
    R"({"id":"20261118T110641000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-u","chatId":"the-chat","role":"user",)"
    R"("content":"One \"?\"","state":"complete","modelId":null,"kind":"chat","projectId":"p-1","taskId":"t-1",)"
    R"("createdAt":"2026-11-18T11:06:41.000Z"})";
const std::string kAnswer1 =
    R"({"id":"20261118T110641000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-a","chatId":"the-chat","role":"assistant",)"
    R"("content":"One.","state":"complete","modelId":"small","kind":"chat","projectId":"p-1","taskId":"t-1",)"
    R"("createdAt":"2026-11-18T11:06:41.500Z",)"
    R"("parentId":"20261118T110641000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-u","finish":"stop","reaction":null,"source":"generated",)"
    R"("usage":{"inputTokens":12,"outputTokens":3,"estimated":false},"costUsd":0.000048000})";
const std::string kQuestion2 =
    R"({"id":"20261118T110642000Z-529f0f13-5767-4247-94e3-4a0effe11c58-u","chatId":"the-chat","role":"user",)"
    R"("content":"/help","state":"complete","modelId":null,"kind":"command","projectId":"p-1","taskId":null,)"
    R"("createdAt":"2026-11-18T11:06:42.000Z","parentId":"20261118T110641000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-a"})";
const std::string kAnswer2 =
    R"({"id":"20261118T110642000Z-529f0f13-5767-4247-94e3-4a0effe11c58-a","chatId":"the-chat","role":"assistant",)"
    R"("content":"Two","state":"cancelled","modelId":"small","kind":"command","projectId":"p-1","taskId":null,)"
    R"("createdAt":"2026-11-18T11:06:42.500Z",)"
    R"("parentId":"20261118T110642000Z-529f0f13-5767-4247-94e3-4a0effe11c58-u","finish":null,"reaction":null,"source":"generated",)"
    R"("usage":{"inputTokens":12,"outputTokens":3,"estimated":false},"costUsd":0.000048000})";

// As they are listed over several chats: without the message that they follow.
std::string without_parent(std::string message) {
  const std::size_t at = message.find(",\"parentId\"");
  if (at == message.npos) return message;
  const std::size_t end = message.find('"', at + std::string_view(",\"parentId\":\"").size());
  return message.erase(at, end + 1 - at);
}

// A chat of ann with two turns.
struct ChatRecords : ::testing::Test {
  ChatRecords() {
    first = fixture.add_turn({"the-chat", "One \"?\"", "One.", "p-1", "t-1"});
    fixture.add_turn({"the-chat", "/help", "Two", "p-1", "", RunState::cancelled, MessageKind::command});
  }
  std::string get(const std::string& target) { return fixture.get(target, ann).text(); }
  std::string history(const std::string& query) { return get("/api/chat/history?" + query); }
  std::string reaction_path(char role = 'a') const {
    return "/api/chat/messages/" + first.text() + "-" + role + "/reaction";
  }
  std::string react(const std::string& path, const std::string& body) {
    return fixture.put(path, body, ann).text();
  }

  SurfaceFixture fixture{chat::make};
  const transport::Header ann = fixture.user("ann");
  RunId first;
};

TEST_F(ChatRecords, C3_a_chat_is_listed_with_the_oldest_message_first) {
  EXPECT_EQ(history("chatId=the-chat"), kOk + "{\"messages\":[" + kQuestion1 + "," + kAnswer1 + "," +
                                            kQuestion2 + "," + kAnswer2 +
                                            R"(],"chatId":"the-chat","nextCursor":null})");
}

TEST_F(ChatRecords, C3_a_page_says_where_the_page_before_it_begins) {
  EXPECT_EQ(history("chatId=the-chat&limit=3"),
            kOk + "{\"messages\":[" + kAnswer1 + "," + kQuestion2 + "," + kAnswer2 +
                R"(],"chatId":"the-chat","nextCursor":"1795000001000.1.2.22ad9643"})");
  EXPECT_EQ(history("chatId=the-chat&limit=3&cursor=1795000001000.1.2.22ad9643"),
            kOk + "{\"messages\":[" + kQuestion1 + R"(],"chatId":"the-chat","nextCursor":null})");
  EXPECT_EQ(history("chatId=the-chat&cursor="), history("chatId=the-chat"));
}

TEST_F(ChatRecords, C3_a_page_has_the_configured_size_when_the_client_names_none) {
  ChatConfig config;
  config.page_size = 1;
  SurfaceFixture small(chat::make, config);
  small.add_turn({"the-chat", "One \"?\"", "One.", "p-1", "t-1"});
  EXPECT_EQ(small.get("/api/chat/history?chatId=the-chat", ann).text(),
            kOk + "{\"messages\":[" + kAnswer1 +
                R"(],"chatId":"the-chat","nextCursor":"1795000001000.1.2.22ad9643"})");
}

TEST_F(ChatRecords, C3_a_project_and_a_task_are_read_over_all_chats) {
  fixture.add_turn({"other", "Three?", "Three.", "", "t-1"});
  EXPECT_EQ(history("projectId=p-1"), kOk + "{\"messages\":[" + kQuestion1 + "," + without_parent(kAnswer1) +
                                          "," + without_parent(kQuestion2) + "," + without_parent(kAnswer2) +
                                          R"(],"projectId":"p-1","nextCursor":null})");
  const std::string task = history("taskId=t-1");
  EXPECT_TRUE(task.starts_with(kOk + "{\"messages\":[" + kQuestion1 + "," + without_parent(kAnswer1) +
                               R"(,{"id":"20261118T110643000Z-f2234824-5a58-4c09-86db-803cfa3144de-u",)"
                               R"("chatId":"other","role":"user","content":"Three?")"))
      << task;
  EXPECT_TRUE(task.ends_with(R"(],"taskId":"t-1","nextCursor":null})")) << task;
  EXPECT_EQ(history("taskId=unknown"), kOk + R"({"messages":[],"taskId":"unknown","nextCursor":null})");
}

TEST_F(ChatRecords, C3_a_chat_that_is_not_the_users_does_not_exist) {
  const std::string none = not_found("There is no such chat. Check its id.", "chatId");
  EXPECT_EQ(history("chatId=nothing"), none);
  EXPECT_EQ(fixture.get("/api/chat/history?chatId=the-chat", fixture.user("bob")).text(), none);
  EXPECT_EQ(fixture.get("/api/chat/history?chatId=the-chat").text(), not_signed_in());
  EXPECT_EQ(fixture.get("/api/chat/history?projectId=p-1", fixture.user("bob")).text(),
            kOk + R"({"messages":[],"projectId":"p-1","nextCursor":null})");
}

TEST_F(ChatRecords, C3_a_chat_that_was_cleared_is_an_empty_page) {
  fixture.clear("the-chat");
  EXPECT_EQ(history("chatId=the-chat"), kOk + R"({"messages":[],"chatId":"the-chat","nextCursor":null})");
}

TEST_F(ChatRecords, C3_a_query_that_is_wrong_is_refused_and_named) {
  const std::string one = bad_request("Give one of chatId, projectId and taskId.", "chatId");
  EXPECT_EQ(get("/api/chat/history"), one);
  EXPECT_EQ(history("chatId="), one);
  EXPECT_EQ(history("chatId=a&taskId=b"), one);
  const std::string limit = bad_request("limit must be a number from 1 to 500.", "limit");
  for (const char* value : {"0", "501", "x", "", "1x", "-1"})
    EXPECT_EQ(history("chatId=the-chat&limit=" + std::string(value)), limit) << value;
  for (const char* nonsense : {"nonsense", "1.2", "1795000001000.1.2", "1795000001000.x.2.22ad9643"})
    EXPECT_EQ(history("chatId=the-chat&cursor=" + std::string(nonsense)),
              bad_request("This is no cursor. Send nextCursor as it was answered.", "cursor"))
        << nonsense;
  const std::string id = " must be 1 to 128 letters, digits, dots, colons, dashes or underscores.";
  EXPECT_EQ(history("projectId=not+an+id"), bad_request("projectId" + id, "projectId"));
  EXPECT_EQ(history("taskId=" + std::string(129, 't')), bad_request("taskId" + id, "taskId"));
}

TEST_F(ChatRecords, C3_a_cursor_of_another_history_is_refused) {
  fixture.add_turn({"other", "Three?", "Three.", "", "t-1"});
  const std::string elsewhere = bad_request(
      "This cursor belongs to another history. Leave cursor out to begin with the newest messages.",
      "cursor");
  EXPECT_EQ(history("chatId=other&cursor=1795000001000.1.2.22ad9643"), elsewhere);
  EXPECT_EQ(history("projectId=the-chat&cursor=1795000001000.1.2.22ad9643"), elsewhere);
  EXPECT_EQ(history("taskId=t-1&cursor=1795000001000.1.2.22ad9643"), elsewhere);
}

TEST_F(ChatRecords, X9_a_store_that_fails_gets_503) {
  const std::string busy =
      Problem{503, "Service Unavailable", "unavailable", "The store is busy. Try again in a moment.",
              "",  "Retry-After: 1\n"}
          .text();
  for (const char* target :
       {"/api/chat/history?chatId=the-chat", "/api/chats", "/api/chat/the-chat/export"}) {
    fixture.conversation_store.fail_next = 1;
    EXPECT_EQ(get(target), busy) << target;
  }
  fixture.conversation_store.fail_next = 1;
  EXPECT_EQ(fixture.remove(reaction_path(), ann).text(), busy);
  fixture.user_store.fail_next = 1;
  EXPECT_EQ(get("/api/chat/models"), busy);
}

// ---- Chats

TEST_F(ChatRecords, C9_the_chats_are_listed_with_the_newest_first) {
  fixture.add_turn({"other", "Three?", "Three."});
  const std::string the_chat =
      R"({"chatId":"the-chat","title":"One \"?\"","modelId":null,"persona":null,"projectId":"p-1","taskId":"t-1",)"
      R"("createdAt":"2026-11-18T11:06:41.000Z","updatedAt":"2026-11-18T11:06:42.500Z","archived":false,"pinned":false})";
  const std::string other =
      R"({"chatId":"other","title":"Three?","modelId":null,"persona":null,"projectId":null,"taskId":null,)"
      R"("createdAt":"2026-11-18T11:06:43.000Z","updatedAt":"2026-11-18T11:06:43.500Z","archived":false,"pinned":false})";
  EXPECT_EQ(get("/api/chats"), kOk + "{\"chats\":[" + other + "," + the_chat + R"(],"nextCursor":null})");
  EXPECT_EQ(get("/api/chats?limit=1"), kOk + "{\"chats\":[" + other + R"(],"nextCursor":"1795000003500.2"})");
  EXPECT_EQ(get("/api/chats?limit=1&cursor=1795000003500.2"),
            kOk + "{\"chats\":[" + the_chat + R"(],"nextCursor":null})");
}

TEST_F(ChatRecords, C9_the_choices_of_a_chat_are_listed) {
  fixture.conversation_store.change_conversation({"ann", "chat", "the-chat"}, {"small", "calm_coach"},
                                                 fixture.clock.wall(), [](const Result<>&) {});
  EXPECT_EQ(
      get("/api/chats"),
      kOk + R"({"chats":[{"chatId":"the-chat","title":"One \"?\"","modelId":"small","persona":"calm_coach",)"
            R"("projectId":"p-1","taskId":"t-1","createdAt":"2026-11-18T11:06:41.000Z",)"
            R"("updatedAt":"2026-11-18T11:06:42.500Z","archived":false,"pinned":false}],"nextCursor":null})");
}

TEST_F(ChatRecords, C9_nobody_sees_the_chats_of_somebody_else) {
  EXPECT_EQ(fixture.get("/api/chats").text(), not_signed_in());
  EXPECT_EQ(fixture.get("/api/chats", fixture.user("bob")).text(), kOk + R"({"chats":[],"nextCursor":null})");
  EXPECT_EQ(get("/api/chats?limit=501"), bad_request("limit must be a number from 1 to 500.", "limit"));
  EXPECT_EQ(get("/api/chats?cursor=1.x"),
            bad_request("This is no cursor. Send nextCursor as it was answered.", "cursor"));
}

// ---- Reactions

TEST_F(ChatRecords, C9_an_answer_is_liked_disliked_and_neither) {
  const auto listed = [&](const char* reaction) {
    const std::string page = history("chatId=the-chat&limit=3");
    return page.find(std::string(R"("finish":"stop","reaction":)") + reaction + ",") != std::string::npos;
  };
  EXPECT_EQ(react(reaction_path(), R"({"reaction":"like"})"), kNoContent);
  EXPECT_TRUE(listed("\"like\""));
  EXPECT_EQ(react(reaction_path(), R"({"reaction":"dislike"})"), kNoContent);
  EXPECT_TRUE(listed("\"dislike\""));
  EXPECT_EQ(fixture.remove(reaction_path(), ann).text(), kNoContent);
  EXPECT_EQ(fixture.remove(reaction_path(), ann).text(), kNoContent) << "as often as one likes";
  EXPECT_TRUE(listed("null"));
}

TEST_F(ChatRecords, C9_a_question_has_no_reaction) {
  const std::string own =
      Problem{422, "Unprocessable Content", "unprocessable",
              "Only answers can be liked or disliked: this message is the user's own.", R"(,"field":"id")"}
          .text();
  EXPECT_EQ(react(reaction_path('u'), R"({"reaction":"like"})"), own);
  EXPECT_EQ(fixture.remove(reaction_path('u'), ann).text(), own);
}

TEST_F(ChatRecords, C9_a_reaction_that_is_wrong_is_refused_and_named) {
  EXPECT_EQ(react(reaction_path(), R"({"reaction":"love"})"),
            bad_request(R"(reaction must be \"like\" or \"dislike\".)", "reaction"));
  EXPECT_EQ(react(reaction_path(), "{}"), bad_request("reaction is missing.", "reaction"));
  EXPECT_EQ(react(reaction_path(), R"({"reaction":1})"),
            bad_request("reaction must be a string, not a number.", "reaction"));
  EXPECT_EQ(fixture.send("PUT", reaction_path(), ann, "like").status, 415);
}

TEST_F(ChatRecords, C9_a_message_that_is_not_the_users_does_not_exist) {
  const std::string none = not_found("There is no such message. Check its id.", "id");
  const std::string like = R"({"reaction":"like"})";
  for (const char* id : {"20200101T000000000Z-00000000-0000-4000-8000-000000000000-a", "nonsense"}) {
    const std::string path = std::string("/api/chat/messages/") + id + "/reaction";
    EXPECT_EQ(react(path, like), none);
    EXPECT_EQ(fixture.remove(path, ann).text(), none);
  }
  EXPECT_EQ(fixture.put(reaction_path(), like, fixture.user("bob")).text(), none);
  EXPECT_EQ(fixture.remove(reaction_path(), fixture.user("bob")).text(), none);
  EXPECT_EQ(fixture.put(reaction_path(), like).text(), not_signed_in());
  EXPECT_EQ(fixture.remove(reaction_path()).text(), not_signed_in());
}

// ---- Models

TEST_F(ChatRecords, C4_the_models_of_the_tier_are_listed) {
  const std::string small =
      R"({"id":"small","provider":"scripted","tier":null,"contextWindow":100000,"maxOutput":1000,)"
      R"("price":{"input":2,"output":8}})";
  const std::string large =
      R"({"id":"large","provider":"scripted","tier":"pro","contextWindow":128000,"maxOutput":4096,)"
      R"("price":{"input":0,"output":0}})";
  const std::string basic = kOk + "{\"models\":[" + small + R"(],"tier":"basic"})";
  const std::string pro = kOk + "{\"models\":[" + small + "," + large + R"(],"tier":"pro"})";
  EXPECT_EQ(get("/api/chat/models"), basic);
  EXPECT_EQ(fixture.get("/api/chat/models", fixture.user("ann:pro")).text(), pro);
  EXPECT_EQ(fixture.get("/api/chat/models", fixture.user("ann:premium")).text(), pro) << "an alias";
  EXPECT_EQ(fixture.get("/api/chat/models", fixture.user("ann:unknown")).text(), basic);
  EXPECT_EQ(fixture.get("/api/chat/models").text(), not_signed_in());
  fixture.user_store.set_tier("ann", "pro");
  EXPECT_EQ(get("/api/chat/models"), pro) << "the store has a tier and the token has none";
  EXPECT_EQ(fixture.get("/api/chat/models", fixture.user("ann:basic")).text(), basic) << "the token counts";
}

TEST_F(ChatRecords, X13_a_HEAD_has_the_same_head) {
  for (const char* target : {"/api/chat/history?chatId=the-chat", "/api/chats", "/api/chat/models"})
    EXPECT_EQ(fixture.head(target, ann).head() + "\n", kOk) << target;
}

}  // namespace
}  // namespace belay::surfaces::chat
