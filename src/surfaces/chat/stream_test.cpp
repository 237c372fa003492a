// GET and DELETE /api/chat/stream, from literal bytes to literal bytes.
#include "surfaces/chat/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::chat {
namespace {

using testing::Answer;
using testing::bad_request;
using testing::not_found;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kStreamHead = R"(200
Content-Type: text/event-stream; charset=utf-8
Cache-Control: no-cache, no-transform
X-Accel-Buffering: no
)";
constexpr const char* kDone = "204\nCache-Control: no-store\n\n";
constexpr const char* kPath = "/api/chat/stream?sessionId=session-1";

// A session of ann with one question.
struct ChatStream : ::testing::Test {
  ChatStream() { ask(R"({"prompt":"hi"})"); }
  void ask(const char* body) { EXPECT_EQ(fixture.post("/api/chat/start", body, ann).status, 201); }
  // A second question of the session, whose events are numbered from 2^40 on.
  void ask_again() { ask(R"({"prompt":"ho","sessionId":"session-1"})"); }
  std::string read() { return fixture.get(kPath, ann).text(); }
  std::string read_after(const std::string& position) {
    return fixture.get(kPath, {ann, {"last-event-id", position}}).text();
  }

  SurfaceFixture fixture{chat::make};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(ChatStream, C2_an_answer_is_a_stream_of_unnamed_messages) {
  Answer stream = fixture.get(kPath, ann);
  EXPECT_EQ(stream.text(), std::string(kStreamHead) + R"(
retry: 1240

id: 1-1
data: {"type":"typing"}

)");
  EXPECT_EQ(stream.heartbeat, ":\n\n");
  fixture.runs.append(EventType::stage, encode(Stage{"provider"}));
  fixture.runs.append(EventType::reasoning_delta, "Count.\n");
  fixture.runs.text("One,");
  fixture.runs.answer(" \"two\".");
  EXPECT_EQ(stream.bytes(), R"(retry: 1240

id: 1-1
data: {"type":"typing"}

id: 1-3
data: {"type":"reasoning","content":"Count.\n"}

id: 1-4
data: {"type":"token","content":"One,"}

id: 1-5
data: {"type":"token","content":" \"two\"."}

id: 1-6
data: {"type":"done","messageId":"20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-a","finish":"stop"}

)");
  EXPECT_TRUE(stream.has_ended());
}

TEST_F(ChatStream, C2_without_a_position_the_newest_answer_is_read) {
  fixture.runs.answer("One");
  ask_again();
  fixture.runs.answer("Two");
  EXPECT_EQ(read(), std::string(kStreamHead) + R"(
retry: 1240

id: 1-1099511627777
data: {"type":"typing"}

id: 1-1099511627778
data: {"type":"token","content":"Two"}

id: 1-1099511627779
data: {"type":"done","messageId":"20261118T110640000Z-529f0f13-5767-4247-94e3-4a0effe11c58-a","finish":"stop"}

)");
}

TEST_F(ChatStream, X1_a_position_says_which_answer_is_read_on) {
  fixture.runs.answer("One");
  ask_again();
  fixture.runs.answer("Two");
  EXPECT_EQ(read_after("1-2"), std::string(kStreamHead) + R"(
retry: 1240

id: 1-3
data: {"type":"done","messageId":"20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-a","finish":"stop"}

)");
  const std::string second = R"(id: 1-1099511627778
data: {"type":"token","content":"Two"}

id: 1-1099511627779
data: {"type":"done","messageId":"20261118T110640000Z-529f0f13-5767-4247-94e3-4a0effe11c58-a","finish":"stop"}

)";
  EXPECT_EQ(read_after("1-1099511627777"), std::string(kStreamHead) + "\nretry: 1448\n\n" + second);
  EXPECT_EQ(fixture.get(std::string(kPath) + "&last_event_id=1-1099511627777", ann).text(),
            std::string(kStreamHead) + "\nretry: 1638\n\n" + second);
}

TEST_F(ChatStream, X13_behind_the_end_there_is_nothing_and_nobody_reconnects) {
  fixture.runs.answer("One");
  ask_again();
  fixture.runs.answer("Two");
  for (const char* position : {"1-3", "1-1099511627779"}) {
    EXPECT_EQ(read_after(position), kDone);
    EXPECT_EQ(fixture.head(kPath, {ann, {"last-event-id", position}}).text(), kDone);
  }
}

TEST_F(ChatStream, X1_a_position_that_the_session_has_not_reached_is_refused) {
  fixture.runs.answer("One");
  const auto ahead = [](const char* detail, const char* field) {
    return Problem{409, "Conflict", "position_ahead", detail, std::string(R"(,"field":")") + field + '"'}
        .text();
  };
  EXPECT_EQ(read_after("1-4"),
            ahead("This id lies ahead of the stream. Send the last id that you received, unchanged.",
                  "last_event_id"));
  EXPECT_EQ(read_after("2-1"),
            ahead("This id does not belong to this stream. Send the last id that you received from it.",
                  "last_event_id"));
  EXPECT_EQ(read_after("1-1099511627777"),
            ahead("This session has not come so far. Read its stream without a position.", "Last-Event-ID"));
  EXPECT_EQ(read_after("four"),
            bad_request("An event id has the form EPOCH-OFFSET, two whole numbers. Send the "
                        "last id that you received, unchanged.",
                        "last_event_id"));
}

TEST_F(ChatStream, X13_a_HEAD_says_what_a_GET_would_and_reads_nothing) {
  EXPECT_EQ(fixture.head(kPath, ann).text(), std::string(kStreamHead) + "\n");
  EXPECT_EQ(fixture.runs.log(fixture.runs.last_run()).log().readers(), 0u);
}

TEST_F(ChatStream, C2_the_end_of_a_failed_answer_says_why) {
  fixture.runs.text("One");
  Terminal failed;
  failed.code = ErrorCode::provider_timeout;
  failed.message = "The provider was silent.";
  fixture.runs.end(EventType::failed, failed);
  EXPECT_EQ(read_after("1-2"), std::string(kStreamHead) + R"(
retry: 1240

id: 1-3
data: {"type":"error","messageId":"20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-a","message":"The provider was silent.","code":"provider_timeout","retryable":true}

)");
}

TEST_F(ChatStream, C1_the_stream_needs_its_users_sign_in) {
  EXPECT_EQ(fixture.get(kPath).text(), not_signed_in());
  const std::string none = not_found("There is no such session. Check its id, or start one.", "sessionId");
  EXPECT_EQ(fixture.get(kPath, fixture.user("bob")).text(), none);
  EXPECT_EQ(fixture.get("/api/chat/stream?sessionId=cs_nothing", ann).text(), none) << "no difference";
}

TEST_F(ChatStream, C1_without_a_session_there_is_nothing_to_read) {
  const std::string missing = bad_request(
      "sessionId is missing. Send the one that POST /api/chat/start answered, or a chatId.", "sessionId");
  EXPECT_EQ(fixture.get("/api/chat/stream", ann).text(), missing);
  EXPECT_EQ(fixture.get("/api/chat/stream?sessionId=", ann).text(), missing);
  fixture.add_session("cs_empty", "ann");
  EXPECT_EQ(fixture.get("/api/chat/stream?sessionId=cs_empty", ann).text(),
            not_found("There is no such session. Check its id, or start one.", "sessionId"))
      << "its first request was refused";
}

TEST_F(ChatStream, C8_an_expired_session_is_readable_while_its_answer_is_being_generated) {
  fixture.advance(std::chrono::hours(2));
  Answer stream = fixture.get(kPath, ann);
  EXPECT_EQ(stream.status, 200);
  fixture.runs.answer("One");
  EXPECT_TRUE(stream.has_ended());
  EXPECT_EQ(read(), (Problem{410, "Gone", "expired", "This session has ended. Start a new one.",
                             R"(,"field":"sessionId")"}
                         .text()));
  EXPECT_EQ(read_after("1-2"), std::string(kStreamHead) + R"(
retry: 1448

id: 1-3
data: {"type":"done","messageId":"20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28-a","finish":"stop"}

)") << "who has begun may finish";
}

TEST_F(ChatStream, X9_a_store_that_fails_or_is_silent_gets_503) {
  fixture.session_store.fail_next = 1;
  EXPECT_EQ(read(), (Problem{503, "Service Unavailable", "unavailable",
                             "The store is busy. Try again in a moment.", "", "Retry-After: 1\n"}
                         .text()));
  auto waiting = fixture.begin("GET", kPath, ann);
  EXPECT_TRUE(waiting->response) << "the store answers at once";
  fixture.session_store.hold();
  waiting = fixture.begin("GET", kPath, ann);
  EXPECT_FALSE(waiting->response);
  fixture.advance(std::chrono::seconds(31));
  fixture.session_store.let_go();
  EXPECT_EQ(fixture.finish(*waiting).text(),
            (Problem{503, "Service Unavailable", "unavailable", "This took too long. Try again in a moment.",
                     "", "Retry-After: 1\n"}
                 .text()));
}

TEST_F(ChatStream, C9_the_user_cancels_the_newest_answer) {
  fixture.runs.answer("One");
  ask_again();
  Answer stream = fixture.get(kPath, ann);
  EXPECT_EQ(fixture.remove(kPath, ann).text(), kDone);
  EXPECT_EQ(fixture.remove(kPath, ann).text(), kDone) << "as often as they like";
  ASSERT_EQ(fixture.runs.cancelled.size(), 2u);
  EXPECT_EQ(fixture.runs.cancelled[0], fixture.runs.last_run());
  EXPECT_EQ(stream.bytes(), R"(retry: 1240

id: 1-1099511627777
data: {"type":"typing"}

id: 1-1099511627778
data: {"type":"error","messageId":"20261118T110640000Z-529f0f13-5767-4247-94e3-4a0effe11c58-a","message":"The request was cancelled.","code":"cancelled","retryable":false}

)");
}

TEST_F(ChatStream, C9_a_session_without_a_question_has_nothing_to_cancel) {
  fixture.add_session("cs_empty", "ann");
  EXPECT_EQ(fixture.remove("/api/chat/stream?sessionId=cs_empty", ann).text(), kDone);
  EXPECT_TRUE(fixture.runs.cancelled.empty());
}

TEST_F(ChatStream, C9_only_the_owner_cancels) {
  const std::string none = not_found("There is no such session. Check its id, or start one.", "sessionId");
  EXPECT_EQ(fixture.remove(kPath).text(), not_signed_in());
  EXPECT_EQ(fixture.remove(kPath, fixture.user("bob")).text(), none);
  EXPECT_EQ(fixture.remove("/api/chat/stream?sessionId=cs_nothing", ann).text(), none);
  EXPECT_EQ(fixture.remove("/api/chat/stream", ann).text(),
            bad_request("sessionId is missing. Send the one that POST /api/chat/start answered, or a chatId.",
                        "sessionId"));
  EXPECT_TRUE(fixture.runs.cancelled.empty());
}

TEST_F(ChatStream, C9_C11_a_session_outlives_its_removed_answer_and_says_what_became_of_it) {
  fixture.add_session("cs_old", "ann", {fixture.new_id()});
  EXPECT_EQ(
      fixture.get("/api/chat/stream?sessionId=cs_old", ann).text(),
      (Problem{410, "Gone", "expired", "This answer was removed: its chat was cleared or deleted. Ask again.",
               R"(,"field":"sessionId")"}
           .text()));
  EXPECT_EQ(fixture.remove("/api/chat/stream?sessionId=cs_old", ann).text(), kDone) << "nothing runs";
}

TEST_F(ChatStream, X8_a_ticket_opens_its_stream) {
  const std::string used = fixture.ticket("ann", kPath), unused = fixture.ticket("ann", kPath);
  EXPECT_EQ(fixture.get(std::string(kPath) + "&ticket=" + used).status, 200);
  EXPECT_EQ(fixture.get("/api/chat/stream?sessionId=cs_other&ticket=" + used).status, 401);
  fixture.advance(std::chrono::minutes(5));
  EXPECT_EQ(fixture.get(std::string(kPath) + "&ticket=" + used).status, 200) << "a reconnect";
  EXPECT_EQ(fixture.get(std::string(kPath) + "&ticket=" + unused).status, 401);
}

}  // namespace
}  // namespace belay::surfaces::chat
