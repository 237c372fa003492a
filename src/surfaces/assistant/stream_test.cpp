// GET /assistant/stream/{request_id} and DELETE /assistant/request/{request_id}, from literal bytes to literal bytes.
#include "surfaces/assistant/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::assistant {
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
constexpr const char* kOver = "204\nCache-Control: no-store\n\n";
const std::string kUnknown = "20200101T000000000Z-00000000-0000-4000-8000-000000000000";

// A run of ann.
struct AssistantStream : ::testing::Test {
  AssistantStream() {
    EXPECT_EQ(fixture.post("/assistant/request", R"({"prompt":"hi","mode":"chat"})", ann).status, 201);
    id = fixture.runs.last_run().text();
    path = "/assistant/stream/" + id;
  }
  // Events 2 to 6.
  void answer() {
    fixture.runs.append(EventType::stage, encode(Stage{"provider"}));
    fixture.runs.append(EventType::stage, encode(Stage{"answer"}));
    fixture.runs.text("One,");
    fixture.runs.text(" \"two\".");
    Terminal terminal;
    terminal.text_from = 2;
    terminal.usage = {{12}, {3}, {4}, {1}, false, {48'000}};
    fixture.runs.end(EventType::completed, terminal);
  }
  // The end of the stream, behind the last piece of text.
  std::string end() const {
    return R"(event: status
data: {"status":"completed"}

id: 1-6
event: complete
data: {"request_id":")" +
           id +
           R"(","content":"One, \"two\".","finish":"stop","usage":{"input_tokens":12,"output_tokens":3,)"
           R"("cached_tokens":4,"reasoning_tokens":1,"estimated":false,"cost_usd":0.000048000},"actions":[],)"
           R"("appendix":[]})"
           "\n\n";
  }
  std::string read_after(const std::string& position) {
    return fixture.get(path, {ann, {"last-event-id", position}}).text();
  }

  SurfaceFixture fixture{assistant::make};
  const transport::Header ann = fixture.user("ann");
  std::string id;
  std::string path;
};

TEST_F(AssistantStream, A3_an_answer_is_a_stream_of_named_events) {
  Answer stream = fixture.get(path, ann);
  EXPECT_EQ(stream.text(), std::string(kStreamHead) + R"(
retry: 1240

id: 1-1
event: status
data: {"status":"queued"}

)");
  EXPECT_EQ(stream.state(), ByteSource::State::waiting);
  EXPECT_EQ(stream.heartbeat, ":\n\n");
  answer();
  EXPECT_EQ(stream.text(), std::string(kStreamHead) + R"(
retry: 1240

id: 1-1
event: status
data: {"status":"queued"}

event: status
data: {"status":"running"}

id: 1-2
event: stage
data: {"stage":"provider"}

id: 1-3
event: stage
data: {"stage":"answer"}

id: 1-4
event: response_chunk
data: {"content":"One,"}

id: 1-5
event: response_chunk
data: {"content":" \"two\"."}

)" + end());
  EXPECT_TRUE(stream.has_ended());
}

TEST_F(AssistantStream, A3_readers_get_the_same_bytes_whenever_they_come) {
  Answer early = fixture.get(path, ann);
  fixture.runs.text("One");
  fixture.turns();
  Answer middle = fixture.get(path, ann);
  fixture.runs.text(" two");
  fixture.runs.end(EventType::completed, {});
  Answer late = fixture.get(path, ann);
  const auto events = [](Answer& answer) { return answer.bytes().substr(answer.bytes().find("id: ")); };
  EXPECT_EQ(events(early), events(late));
  EXPECT_EQ(events(middle), events(late));
  EXPECT_TRUE(early.has_ended() && middle.has_ended() && late.has_ended());
}

TEST_F(AssistantStream, X1_a_reader_goes_on_exactly_behind_the_id_that_it_sends) {
  answer();
  const std::string last_piece = R"(id: 1-5
event: response_chunk
data: {"content":" \"two\"."}

)";
  EXPECT_EQ(read_after("1-4"), std::string(kStreamHead) + "\nretry: 1240\n\n" + last_piece + end());
  EXPECT_EQ(read_after("1-5"), std::string(kStreamHead) + "\nretry: 1448\n\n" + end());
  Answer by_query = fixture.get(path + "?last_event_id=1-4", ann);
  EXPECT_EQ(by_query.text(), std::string(kStreamHead) + "\nretry: 1638\n\n" + last_piece + end());
  Answer both = fixture.get(path + "?last_event_id=1-1", {ann, {"last-event-id", "1-5"}});
  EXPECT_EQ(both.text(), std::string(kStreamHead) + "\nretry: 1315\n\n" + end()) << "the header counts";
}

TEST_F(AssistantStream, X1_the_beginning_has_a_position_and_an_empty_one_is_none) {
  fixture.runs.answer("Hi");
  const std::string whole = fixture.get(path, ann).text().substr(std::string(kStreamHead).size() + 14);
  for (const char* position : {"1-0", ""})
    EXPECT_EQ(read_after(position).substr(std::string(kStreamHead).size() + 14), whole) << position;
}

TEST_F(AssistantStream, X13_behind_the_end_there_is_nothing_and_nobody_reconnects) {
  answer();
  EXPECT_EQ(read_after("1-6"), kOver);
  EXPECT_EQ(fixture.head(path, {ann, {"last-event-id", "1-6"}}).text(), kOver);
}

TEST_F(AssistantStream, X1_a_position_that_the_stream_has_not_reached_is_refused) {
  const auto problem = [](const char* detail) {
    return Problem{409, "Conflict", "position_ahead", detail, R"(,"field":"last_event_id")"}.text();
  };
  EXPECT_EQ(read_after("1-2"),
            problem("This id lies ahead of the stream. Send the last id that you received, unchanged."));
  answer();
  EXPECT_EQ(read_after("1-7"),
            problem("This id lies ahead of the stream. Send the last id that you received, unchanged."));
  EXPECT_EQ(read_after("2-4"),
            problem("This id does not belong to this stream. Send the last id that you received from it."));
}

TEST_F(AssistantStream, X1_what_is_no_position_is_refused) {
  const std::string problem = bad_request(
      "An event id has the form EPOCH-OFFSET, two whole numbers. Send the last id that you received, "
      "unchanged.",
      "last_event_id");
  EXPECT_EQ(read_after("four"), problem);
  EXPECT_EQ(fixture.get(path + "?last_event_id=0-1", ann).text(), problem);
}

TEST_F(AssistantStream, X13_a_HEAD_says_what_a_GET_would_and_reads_nothing) {
  const std::string expected = std::string(kStreamHead) + "\n";
  EXPECT_EQ(fixture.head(path, ann).text(), expected);
  answer();
  EXPECT_EQ(fixture.head(path, ann).text(), expected);
  EXPECT_EQ(fixture.runs.log(fixture.runs.last_run()).log().readers(), 0u);
}

TEST_F(AssistantStream, A4_the_stream_needs_its_users_sign_in) {
  const std::string none = not_found("There is no such request. Check its id.", "request_id");
  EXPECT_EQ(fixture.get(path).text(), not_signed_in());
  EXPECT_EQ(fixture.get(path, fixture.user("bob")).text(), none);
  EXPECT_EQ(fixture.get("/assistant/stream/" + kUnknown, ann).text(), none) << "no difference";
}

TEST_F(AssistantStream, A2_an_id_is_checked_before_it_is_looked_up) {
  const std::string problem = bad_request(
      "This is no request id. Send the request_id that POST /assistant/request answered, unchanged.",
      "request_id");
  EXPECT_EQ(fixture.get("/assistant/stream/nonsense", ann).text(), problem);
  EXPECT_EQ(fixture.remove("/assistant/request/nonsense", ann).text(), problem);
  EXPECT_TRUE(fixture.runs.cancelled.empty());
}

TEST_F(AssistantStream, A9_the_owner_cancels_as_often_as_they_like) {
  Answer stream = fixture.get(path, ann);
  fixture.runs.text("One");
  fixture.turns();
  EXPECT_EQ(fixture.remove("/assistant/request/" + id, ann).text(), "204\nCache-Control: no-store\n\n");
  EXPECT_EQ(fixture.remove("/assistant/request/" + id, ann).text(), "204\nCache-Control: no-store\n\n");
  ASSERT_EQ(fixture.runs.cancelled.size(), 2u);
  EXPECT_EQ(fixture.runs.cancelled[0].text(), id);
  EXPECT_EQ(stream.bytes(), R"(retry: 1240

id: 1-1
event: status
data: {"status":"queued"}

id: 1-2
event: response_chunk
data: {"content":"One"}

event: status
data: {"status":"cancelled"}

id: 1-3
event: error
data: {"code":"cancelled","message":"The request was cancelled.","retryable":false}

)");
  EXPECT_TRUE(stream.has_ended());
}

TEST_F(AssistantStream, A9_what_has_ended_can_be_cancelled) {
  answer();
  EXPECT_EQ(fixture.remove("/assistant/request/" + id, ann).text(), "204\nCache-Control: no-store\n\n");
  EXPECT_EQ(read_after("1-5"), std::string(kStreamHead) + "\nretry: 1240\n\n" + end());
}

TEST_F(AssistantStream, A4_only_the_owner_cancels) {
  const std::string none = not_found("There is no such request. Check its id.", "request_id");
  EXPECT_EQ(fixture.remove("/assistant/request/" + id).text(), not_signed_in());
  EXPECT_EQ(fixture.remove("/assistant/request/" + id, fixture.user("bob")).text(), none);
  EXPECT_EQ(fixture.remove("/assistant/request/" + kUnknown, ann).text(), none);
  EXPECT_TRUE(fixture.runs.cancelled.empty());
}

TEST_F(AssistantStream, X8_a_ticket_opens_its_stream_and_no_other) {
  const std::string ticket = fixture.ticket("ann", path);
  EXPECT_EQ(fixture.get(path + "?ticket=" + ticket).status, 200);
  EXPECT_EQ(fixture.get("/assistant/stream/" + kUnknown + "?ticket=" + ticket).status, 401);
  EXPECT_EQ(fixture.remove("/assistant/request/" + id + "?ticket=" + ticket).status, 401);
}

TEST_F(AssistantStream, X8_a_ticket_is_used_when_its_stream_is_found) {
  const std::string used = fixture.ticket("ann", path);
  const std::string lost = fixture.ticket("bob", path);
  const std::string looked_at = fixture.ticket("ann", path);
  EXPECT_EQ(fixture.get(path + "?ticket=" + used).status, 200);
  EXPECT_EQ(fixture.get(path + "?ticket=" + lost).status, 404);
  EXPECT_EQ(fixture.head(path + "?ticket=" + looked_at).status, 200);
  fixture.advance(std::chrono::minutes(5));  // longer than an unused ticket lives
  EXPECT_EQ(fixture.get(path + "?ticket=" + used).status, 200) << "a reconnect";
  EXPECT_EQ(fixture.get(path + "?ticket=" + lost).status, 401);
  EXPECT_EQ(fixture.get(path + "?ticket=" + looked_at).status, 401);
}

}  // namespace
}  // namespace belay::surfaces::assistant
