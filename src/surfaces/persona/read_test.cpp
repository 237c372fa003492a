// GET and DELETE /chat/stream, and a POST that resumes, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/persona/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::persona {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::ElementsAre;
using testing::not_found;
using testing::Problem;
using testing::SurfaceFixture;

const std::string kSession = "session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";  // ann's
const std::string kPath = "/chat/stream?session_id=" + kSession;
constexpr const char* kAsk = R"({"session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","message":"hi"})";
constexpr const char* kStreamHead = R"(200
Content-Type: text/event-stream; charset=utf-8
Cache-Control: no-cache, no-transform
X-Accel-Buffering: no
)";
constexpr const char* kDone = "204\nCache-Control: no-store\n\n";
const std::string kNone =
    not_found("There is no such session. Start one with POST /chat/start.", "session_id");
const transport::Header kWithIds = {"accept", "text/event-stream"};

struct PersonaRead : ::testing::Test {
  static PersonaSurfaceConfig config() {
    PersonaSurfaceConfig config;
    config.anonymous = true;
    return config;
  }
  PersonaRead() { fixture.add_session(kSession, "ann"); }
  void ask() { EXPECT_EQ(fixture.post("/chat/stream", kAsk, ann).status, 200); }
  // The session has two answers: "One" and "Two". Reading them took one retry time each.
  void two_answers() {
    ask();
    fixture.runs.answer("One");
    ask();
    fixture.runs.answer("Two");
  }
  std::string read_after(const std::string& position) {
    return fixture.get(kPath, {ann, kWithIds, {"last-event-id", position}}).text();
  }

  SurfaceFixture fixture{persona::make, config()};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(PersonaRead, P1_the_newest_answer_of_a_session_has_any_number_of_readers) {
  two_answers();
  EXPECT_EQ(fixture.get(kPath, {ann, kWithIds}).text(), std::string(kStreamHead) + R"(
retry: 1638

id: 1-1099511627778
data: {"token":"Two"}

id: 1-1099511627779
data: {"done":true,"finish":"stop"}

)");
  EXPECT_EQ(fixture.get(kPath, ann).text(), std::string(kStreamHead) + R"(
retry: 1315

data: {"token":"Two"}

data: {"done":true,"finish":"stop"}

)") << "without ids, as the document's own clients want it";
}

TEST_F(PersonaRead, X1_a_position_says_which_answer_is_read_on) {
  two_answers();
  EXPECT_EQ(read_after("1-1"), std::string(kStreamHead) + R"(
retry: 1638

id: 1-2
data: {"token":"One"}

id: 1-3
data: {"done":true,"finish":"stop"}

)");
  const std::string end = R"(id: 1-1099511627779
data: {"done":true,"finish":"stop"}

)";
  EXPECT_EQ(read_after("1-1099511627778"), std::string(kStreamHead) + "\nretry: 1315\n\n" + end);
  EXPECT_EQ(fixture.get(kPath + "&last_event_id=1-1099511627778", {ann, kWithIds}).text(),
            std::string(kStreamHead) + "\nretry: 1733\n\n" + end);
  EXPECT_EQ(fixture.get(kPath, {ann, {"last-event-id", "1-1099511627778"}}).text(),
            std::string(kStreamHead) + "\nretry: 1639\n\ndata: {\"done\":true,\"finish\":\"stop\"}\n\n");
}

TEST_F(PersonaRead, X1_a_post_with_a_position_reads_on_and_asks_nothing) {
  two_answers();
  Answer answer = fixture.post("/chat/stream", kAsk, {ann, kWithIds, {"last-event-id", "1-1099511627778"}});
  EXPECT_EQ(answer.text(), std::string(kStreamHead) + R"(
retry: 1638

id: 1-1099511627779
data: {"done":true,"finish":"stop"}

)");
  EXPECT_EQ(fixture.post("/chat/stream?last_event_id=1-3", kAsk, ann).text(), kDone);
  EXPECT_EQ(fixture.runs.requests.size(), 2u);
  EXPECT_EQ(fixture.post("/chat/stream?last_event_id=1-3", "{}", ann).text(),
            bad_request("session_id is missing.", "session_id"));
  EXPECT_EQ(fixture.post("/chat/stream", kAsk, {ann, {"last-event-id", ""}}).status, 200);
  EXPECT_EQ(fixture.runs.requests.size(), 3u) << "an empty position is none";
}

TEST_F(PersonaRead, X13_behind_the_end_there_is_nothing_and_nobody_reconnects) {
  two_answers();
  for (const char* position : {"1-3", "1-1099511627779"}) EXPECT_EQ(read_after(position), kDone) << position;
  EXPECT_EQ(fixture.head(kPath, {ann, {"last-event-id", "1-3"}}).text(), kDone);
}

TEST_F(PersonaRead, X1_a_position_that_the_session_has_not_reached_is_refused) {
  two_answers();
  const auto ahead = [](const char* detail, const char* field) {
    return Problem{409, "Conflict", "position_ahead", detail, std::string(R"(,"field":")") + field + '"'}
        .text();
  };
  EXPECT_EQ(read_after("1-1099511627780"),
            ahead("This id lies ahead of the stream. Send the last id that you received, unchanged.",
                  "last_event_id"));
  EXPECT_EQ(read_after("1-2199023255553"),
            ahead("This session has not got that far. Resume with the id of an event that it sent.",
                  "Last-Event-ID"));
  EXPECT_EQ(read_after("four"),
            bad_request("An event id has the form EPOCH-OFFSET, two whole numbers. Send the "
                        "last id that you received, unchanged.",
                        "last_event_id"));
}

TEST_F(PersonaRead, X13_a_HEAD_says_what_a_GET_would_and_reads_nothing) {
  ask();
  EXPECT_EQ(fixture.head(kPath, ann).text(), std::string(kStreamHead) + "\n");
  EXPECT_EQ(fixture.runs.log(fixture.runs.last_run()).log().readers(), 0u);
}

TEST_F(PersonaRead, P1_a_session_without_a_question_has_nothing_to_read) {
  EXPECT_EQ(fixture.get(kPath, ann).text(),
            not_found("Nothing has been asked in this session. Ask with POST /chat/stream.", "session_id"));
}

TEST_F(PersonaRead, P1_a_session_that_is_not_the_callers_does_not_exist) {
  ask();
  const std::string of_nobody = "session_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
  fixture.add_session(of_nobody, "", {fixture.new_id()}, "ann");
  for (const char* path : {"/chat/stream?session_id=session_CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC",
                           "/chat/stream?session_id=cs_1", "/chat/stream?session_id="}) {
    EXPECT_EQ(fixture.get(path, ann).text(), kNone) << path;
    EXPECT_EQ(fixture.remove(path, ann).text(), kNone) << path;
  }
  EXPECT_EQ(fixture.get(kPath, fixture.user("bob")).text(), kNone);
  EXPECT_EQ(fixture.remove(kPath, fixture.user("bob")).text(), kNone);
  EXPECT_EQ(fixture.get(kPath).text(), kNone) << "the id alone opens no user's session";
  EXPECT_EQ(fixture.remove(kPath).text(), kNone);
  EXPECT_EQ(fixture.get("/chat/stream?session_id=" + of_nobody, ann).text(), kNone);
  const std::string missing = bad_request("session_id is missing: ?session_id=session_…", "session_id");
  EXPECT_EQ(fixture.get("/chat/stream", ann).text(), missing);
  EXPECT_EQ(fixture.remove("/chat/stream", ann).text(), missing);
  EXPECT_TRUE(fixture.runs.cancelled.empty());
}

TEST_F(PersonaRead, P1_who_knows_the_id_of_an_anonymous_session_reads_and_cancels_it) {
  const std::string id = "session_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
  fixture.add_session(id, "", {}, "user-1");
  EXPECT_EQ(fixture.post("/chat/stream", R"({"session_id":")" + id + R"(","message":"hi"})").status, 200);
  fixture.peer = "198.51.100.1";
  EXPECT_EQ(fixture.get("/chat/stream?session_id=" + id).status, 200);
  EXPECT_EQ(fixture.remove("/chat/stream?session_id=" + id).text(), kDone);
  EXPECT_THAT(fixture.runs.cancelled, ElementsAre(fixture.runs.last_run()));
}

TEST_F(PersonaRead, P1_a_session_that_has_ended_stays_readable) {
  ask();
  fixture.runs.answer("One");
  fixture.advance(std::chrono::hours(48));
  EXPECT_EQ(fixture.get(kPath, ann).text(), std::string(kStreamHead) + R"(
retry: 1448

data: {"token":"One"}

data: {"done":true,"finish":"stop"}

)");
  EXPECT_EQ(fixture.remove(kPath, ann).text(), kDone);
}

TEST_F(PersonaRead, P1_a_cancel_ends_all_answers_of_the_session) {
  ask();
  const RunId first = fixture.runs.last_run();
  Answer reader = fixture.get(kPath, {ann, kWithIds});
  ask();
  EXPECT_EQ(fixture.remove(kPath, ann).text(), kDone);
  EXPECT_THAT(fixture.runs.cancelled, ElementsAre(fixture.runs.last_run(), first));
  EXPECT_EQ(reader.bytes(), R"(retry: 1448

id: 1-2
data: {"error":{"code":"cancelled","message":"The request was cancelled."}}

)");
  EXPECT_EQ(fixture.remove(kPath, ann).text(), kDone) << "as often as one likes";
}

TEST_F(PersonaRead, P1_a_cancel_asks_for_no_more_runs_than_can_be_running) {
  PersonaSurfaceConfig changed = config();
  changed.limits.max_active_per_user = 2;
  fixture.settings->rules["persona"] = rules(changed, fixture.settings->policy);
  std::vector<RunId> runs;
  for (int i = 0; i < 4; ++i) {
    ask();
    runs.push_back(fixture.runs.last_run());
  }
  EXPECT_EQ(fixture.remove(kPath, ann).text(), kDone);
  EXPECT_THAT(fixture.runs.cancelled, ElementsAre(runs[3], runs[2]));
}

TEST_F(PersonaRead, P1_a_cancel_passes_over_runs_that_are_no_longer_kept) {
  const std::string id = "session_DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD";
  fixture.add_session(id, "ann", {fixture.new_id(), fixture.new_id()});
  EXPECT_EQ(fixture.remove("/chat/stream?session_id=" + id, ann).text(), kDone);
  EXPECT_EQ(fixture.get("/chat/stream?session_id=" + id, ann).text(),
            not_found("There is no such request. Check its id.", "request_id"));
}

TEST_F(PersonaRead, P1_a_session_without_a_question_has_nothing_to_cancel) {
  EXPECT_EQ(fixture.remove(kPath, ann).text(), kDone);
  EXPECT_TRUE(fixture.runs.cancelled.empty());
}

TEST_F(PersonaRead, X9_a_store_that_fails_gets_503) {
  const std::string busy =
      Problem{503, "Service Unavailable", "unavailable", "The store is busy. Try again in a moment.",
              "",  "Retry-After: 1\n"}
          .text();
  fixture.session_store.fail_next = 1;
  EXPECT_EQ(fixture.get(kPath, ann).text(), busy);
  fixture.session_store.fail_next = 1;
  EXPECT_EQ(fixture.remove(kPath, ann).text(), busy);
}

TEST_F(PersonaRead, X8_a_ticket_opens_its_stream) {
  ask();
  const std::string used = fixture.ticket("ann", kPath), unused = fixture.ticket("ann", kPath);
  EXPECT_EQ(fixture.get(kPath + "&ticket=" + used).status, 200);
  fixture.advance(std::chrono::minutes(5));
  EXPECT_EQ(fixture.get(kPath + "&ticket=" + used).status, 200) << "a reconnect";
  EXPECT_EQ(fixture.get(kPath + "&ticket=" + unused).status, 401);
}

}  // namespace
}  // namespace belay::surfaces::persona
