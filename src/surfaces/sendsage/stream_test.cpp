// GET /stream, from what is in the channel to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/sendsage/render.hpp"
#include "surfaces/sendsage/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::sendsage {
namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::Headers;
using testing::SurfaceFixture;
using Kind = ChannelMessage::Kind;

struct SendsageStream : ::testing::Test {
  static ChannelMessage message(Kind kind, std::string text = {}) {
    ChannelMessage made;
    made.kind = kind;
    made.text = std::move(text);
    return made;
  }
  // What a reader gets, without the head and the `retry:`.
  std::string events(const std::string& target, Headers headers = {}) {
    headers.push_back(ann);
    Answer answer = fixture.get(target, std::move(headers));
    std::string bytes = answer.bytes();
    return bytes.substr(bytes.find("\n\n") + 2);
  }

  SurfaceFixture fixture{sendsage::make};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(SendsageStream, S2_each_message_is_an_event_with_metadata) {
  ChannelMessage processing = message(Kind::processing);
  processing.run = *RunId::parse("20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28");
  processing.conversation = "c";
  fixture.channels.show("ann", processing);
  fixture.channels.show("ann", message(Kind::slow));
  fixture.channels.show("ann", message(Kind::upload_processed, "CSV"));
  ChannelMessage piece = message(Kind::piece, "Week 1: \"hang\u201D\n");
  piece.took_ms = 450;
  fixture.channels.show("ann", piece);
  fixture.channels.show("ann", message(Kind::response, "Climb."));
  ChannelMessage suggestion = message(Kind::suggestion, "See your grade pyramid");
  suggestion.url = "/visualizations/grade-pyramid";
  fixture.channels.show("ann", suggestion);
  ChannelMessage error = message(Kind::error, "Upgrade to Premium for unlimited coaching!");
  error.code = ErrorCode::quota_exceeded;
  error.took_ms = 2000;
  fixture.channels.show("ann", error);
  const std::string none =
      R"("metadata":{"timestamp":"2026-11-18T11:06:40.000Z","response_length":0,"processing_time":0}})";
  EXPECT_EQ(events("/stream?last_event_id=1-0"), R"(id: 1-0

id: 1-1
event: processing
data: {"status":"Processing...","request_id":"20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28","conversation_id":"c",)" +
                                                     none + R"(

id: 1-2
event: processing
data: {"status":"Still working—hang tight!",)" + none +
                                                     R"(

id: 1-3
event: upload_processed
data: {"status":"Your CSV has been processed",)" + none +
                                                     R"(

id: 1-4
event: partial_response
data: {"text":"Week 1: \"hang”\n","metadata":{"timestamp":"2026-11-18T11:06:40.000Z","response_length":15,"processing_time":0.45}}

id: 1-5
event: response
data: {"text":"Climb.","metadata":{"timestamp":"2026-11-18T11:06:40.000Z","response_length":6,"processing_time":0}}

id: 1-6
event: visualization_suggestion
data: {"suggestion":"See your grade pyramid","url":"/visualizations/grade-pyramid",)" +
                                                     none + R"(

id: 1-7
event: error
data: {"error":"Upgrade to Premium for unlimited coaching!","code":"quota_exceeded","metadata":{"timestamp":"2026-11-18T11:06:40.000Z","response_length":0,"processing_time":2}}

)");
}

TEST_F(SendsageStream, S1_a_new_stream_begins_with_its_position_and_what_follows) {
  fixture.channels.show("ann", message(Kind::response, "Old."));
  Answer answer = fixture.get("/stream", {ann});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.head(), HasSubstr("Content-Type: text/event-stream; charset=utf-8\n"));
  EXPECT_THAT(answer.bytes(), ::testing::EndsWith("\n\nid: 1-1\n\n"));
  fixture.channels.show("ann", message(Kind::response, "New."));
  EXPECT_THAT(answer.bytes(), HasSubstr("id: 1-2\nevent: response\ndata: {\"text\":\"New.\""));
}

TEST_F(SendsageStream, X1_a_client_goes_on_exactly_behind_its_last_event) {
  fixture.channels.show("ann", message(Kind::processing));
  fixture.channels.show("ann", message(Kind::response, "Yes."));
  const std::string seen = events("/stream", {{"last-event-id", "1-1"}});
  EXPECT_THAT(seen, ::testing::StartsWith("id: 1-1\n\nid: 1-2\nevent: response\n"));
}

TEST_F(SendsageStream, S1_a_position_that_is_no_longer_kept_is_answered_with_a_reset) {
  for (int i = 0; i < 4; ++i) fixture.channels.show("ann", message(Kind::processing));
  fixture.channels.oldest = 2;
  EXPECT_THAT(events("/stream?last_event_id=1-1"), ::testing::StartsWith(
                                                       R"(id: 1-2
event: reset
data: {"reason":"Some events after your last one are no longer kept. Drop what you have."}

id: 1-3
event: processing
)"));
  EXPECT_THAT(events("/stream?last_event_id=1-99"), HasSubstr("event: reset")) << "of an earlier channel";
  EXPECT_THAT(events("/stream?last_event_id=1-2"), ::testing::Not(HasSubstr("event: reset")));
}

TEST_F(SendsageStream, X1_a_position_of_another_form_is_refused) {
  EXPECT_EQ(fixture.get("/stream?last_event_id=seven", {ann}).status, 400);
}

TEST_F(SendsageStream, S1_another_users_events_do_not_appear) {
  fixture.channels.show("bob", message(Kind::response, "Bob's."));
  EXPECT_EQ(events("/stream?last_event_id=1-0"), "id: 1-0\n\n");
}

TEST_F(SendsageStream, X8_a_ticket_opens_the_stream) {
  const std::string ticket = fixture.ticket("ann", "/stream");
  EXPECT_EQ(fixture.get("/stream?ticket=" + ticket).status, 200);
}

TEST_F(SendsageStream, X19_a_stream_whose_access_is_revoked_ends_with_an_error) {
  Answer answer = fixture.get("/stream", {ann});
  std::string bytes;
  MessageWriter writer(format().framing, bytes);
  format().dialect.render_error(make_error(ErrorCode::revoked, "Your access was revoked."), writer);
  EXPECT_EQ(bytes, "event: error\ndata: {\"error\":\"Your access was revoked.\",\"code\":\"revoked\"}\n\n");
}

TEST_F(SendsageStream, X13_head_has_no_body) {
  Answer answer = fixture.head("/stream", {ann});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.bytes(), "");
}

}  // namespace
}  // namespace belay::surfaces::sendsage
