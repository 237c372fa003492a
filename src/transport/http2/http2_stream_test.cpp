// Streams: their bytes, flow control, heartbeats, and every end.
#include <malloc.h>

#include "transport/http2/test_fixture.hpp"

namespace belay::transport {
namespace {

class Http2StreamTest : public Http2Test {
 protected:
  // A stream that is open.
  std::int32_t open(Http2TestClient& client) {
    const auto id = client.request("GET", "/stream");
    settle();
    EXPECT_EQ(client.answer(id).status, 200);
    return id;
  }
};

TEST_P(Http2StreamTest, X13_a_stream_is_sent_as_it_grows_and_ends_cleanly) {
  preamble = "retry: 1\n\n";
  Http2TestClient& client = connect();
  const auto id = open(client);
  Answer& answer = client.answer(id);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(answer.header("cache-control"), "no-cache, no-transform");
  EXPECT_EQ(answer.header("content-length"), "");
  EXPECT_EQ(answer.body, "retry: 1\n\n");
  EXPECT_EQ(counts.streams.load(), 1u);
  feed().add("id: 1\ndata: 1\n\n");
  settle();
  EXPECT_EQ(answer.body, "retry: 1\n\nid: 1\ndata: 1\n\n");
  feed().finish(ByteSource::State::ended);
  settle();
  EXPECT_TRUE(answer.is_complete);
  EXPECT_EQ(answer.closed_with, std::uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(counts.streams.load(), 0u);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "complete"));
  EXPECT_EQ(get(client, "/hello").body, "hello");
}

TEST_P(Http2StreamTest, X13_twelve_streams_share_a_connection_and_each_is_exact) {
  Http2TestClient& client = connect();
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(open(client));
  std::vector<std::string> expected(12);
  for (std::size_t token = 0; token < 20; ++token) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::string text = "data: " + std::to_string(i) + " " + std::to_string(token) + "\n\n";
      expected[i] += text;
      feed(i).add(text);
    }
    settle();
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    feed(i).finish(ByteSource::State::ended);
    settle();
    EXPECT_EQ(client.answer(ids[i]).body, expected[i]);
    EXPECT_TRUE(client.answer(ids[i]).is_complete);
  }
}

TEST_P(Http2StreamTest, what_is_ready_goes_out_with_the_end) {
  next_feed.bytes = "data: 1\n\n";
  next_feed.when_empty = ByteSource::State::ended;
  Http2TestClient& client = connect();
  EXPECT_EQ(get(client, "/stream").body, "data: 1\n\n");
  EXPECT_TRUE(client.answer(1).is_complete);
}

// ---- flow control

TEST_P(Http2StreamTest, X13_a_window_of_one_byte_costs_the_source_nothing_and_is_exact) {
  Http2TestClient& client = connect({.window = 1});
  const auto id = open(client);
  feed().add("data: 0123456789\n\n");
  settle();
  EXPECT_EQ(client.answer(id).body, "data: 0123456789\n\n");
  for (const std::size_t piece : client.answer(id).pieces) EXPECT_EQ(piece, 1u);
}

TEST_P(Http2StreamTest, X13_without_a_window_the_cursor_waits_and_goes_on_where_it_was) {
  Http2TestClient& client = connect({.window = 0, .updates_windows = false});
  const auto id = open(client);
  feed().add(std::string(100'000, 'x'));
  settle();
  EXPECT_EQ(client.answer(id).body, "");
  EXPECT_EQ(feed().cursor, 0u) << "nothing is queued";
  client.update_window(id, 7);
  settle();
  EXPECT_EQ(feed().cursor, 7u);
  EXPECT_EQ(client.answer(id).body, "xxxxxxx");
  client.update_window(id, 50'000);
  settle();
  EXPECT_EQ(feed().cursor, 50'007u);
}

TEST_P(Http2StreamTest, X13_the_window_of_the_connection_bounds_all_streams_together) {
  Http2TestClient& client = connect({.updates_windows = false});
  open(client);
  open(client);
  feed(0).add(std::string(100'000, 'x'));
  feed(1).add(std::string(100'000, 'y'));
  settle();
  EXPECT_EQ(feed(0).cursor + feed(1).cursor, 65'535u);
  EXPECT_GT(feed(0).cursor, 10'000u) << "they take turns";
  EXPECT_GT(feed(1).cursor, 10'000u);
}

TEST_P(Http2StreamTest, a_client_that_never_takes_anything_is_given_up) {
  Http2TestClient& client = connect({.window = 0, .updates_windows = false});
  const auto id = open(client);
  feed().add("data: 1\n\n");
  settle();
  advance(config.stalled_write_limit - Milliseconds(1000));
  EXPECT_FALSE(feed().destroyed);
  advance(Milliseconds(2000));
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "stalled"));
  EXPECT_EQ(get(client, "/nothing").status, 204) << "only the stream is given up";
}

TEST_P(Http2StreamTest, a_full_channel_holds_one_batch_and_the_rest_waits_at_the_source) {
  auto wire = make_wire(ConnectionPurpose::serve, 1000);
  Http2TestClient& client = h2_clients.emplace_back(wire, Http2TestClient::Options{});
  const auto id = open(client);
  wire->writes_block_at = wire->bytes_written;
  feed().add(std::string(60'000, 'x'));
  settle();
  EXPECT_LE(feed().cursor, 2 * Http2State::kBatch);
  wire->writes_block_at = TestWire::kNever;
  settle();
  EXPECT_EQ(client.answer(id).body.size(), 60'000u);
  wire->writes_block_at = wire->bytes_written;
  feed().add("data: 2\n\n");
  settle();
  advance(config.stalled_write_limit);
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(counts.connections.load(), 0u);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "stalled"));
}

// ---- heartbeats

TEST_P(Http2StreamTest, X13_a_quiet_stream_sends_a_comment_between_two_messages) {
  Http2TestClient& client = connect();
  const auto id = open(client);
  advance(config.heartbeat_interval - Milliseconds(2000));
  EXPECT_EQ(client.answer(id).body, "");
  advance(Milliseconds(1500));
  EXPECT_EQ(client.answer(id).body, ":\n\n");
  feed().add("data: 1\n\n");
  settle();
  advance(config.heartbeat_interval - Milliseconds(2000));
  EXPECT_EQ(client.answer(id).body, ":\n\ndata: 1\n\n");
  advance(Milliseconds(1500));
  EXPECT_EQ(client.answer(id).body, ":\n\ndata: 1\n\n:\n\n");
}

TEST_P(Http2StreamTest, X13_nothing_is_sent_inside_a_message) {
  Http2TestClient& client = connect();
  const auto id = open(client);
  feed().when_empty = ByteSource::State::loading;
  feed().add("data: he");
  settle();
  advance(2 * config.heartbeat_interval);
  EXPECT_EQ(client.answer(id).body, "data: he");
  feed().when_empty = ByteSource::State::waiting;
  feed().add("llo\n\n");
  settle();
  EXPECT_EQ(client.answer(id).body, "data: hello\n\n");
}

TEST_P(Http2StreamTest, heartbeats_do_not_pile_up_for_a_client_without_a_window) {
  Http2TestClient& client = connect({.window = 0, .updates_windows = false});
  const auto id = open(client);
  for (int i = 0; i < 3; ++i) advance(config.heartbeat_interval);
  client.update_window(id, 1000);
  settle();
  EXPECT_EQ(client.answer(id).body, ":\n\n");
}

// ---- ends

TEST_P(Http2StreamTest, a_lost_stream_is_reset_behind_what_was_sent) {
  Http2TestClient& client = connect();
  const auto id = open(client);
  feed().bytes = "data: 1\n\n";
  feed().finish(ByteSource::State::lost);
  settle();
  EXPECT_EQ(client.answer(id).body, "data: 1\n\n");
  EXPECT_FALSE(client.answer(id).is_complete);
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "source_lost"));
}

TEST_P(Http2StreamTest, a_client_that_resets_its_stream_frees_the_source) {
  Http2TestClient& client = connect();
  const auto id = open(client);
  client.reset(id);
  settle();
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(counts.streams.load(), 0u);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "client_gone"));
  EXPECT_EQ(get(client, "/hello").status, 200);
}

TEST_P(Http2StreamTest, a_client_that_closes_ends_all_its_streams) {
  Http2TestClient& client = connect();
  open(client);
  open(client);
  client.close();
  settle();
  EXPECT_TRUE(feed(0).destroyed && feed(1).destroyed);
  EXPECT_EQ(counts.connections.load(), 0u);
  EXPECT_EQ(counts.streams.load(), 0u);
  EXPECT_THAT(observer.streams,
              ElementsAre("open test.stream", "open test.stream", "client_gone", "client_gone"));
}

TEST_P(Http2StreamTest, a_revoked_stream_ends_cleanly_behind_its_last_message) {
  watches_streams = true;
  Http2TestClient& client = connect();
  const auto id = open(client);
  feed().add("data: 1\n\n");
  watched->stream->revoke("data: revoked\n\n");
  settle();
  EXPECT_EQ(client.answer(id).body, "data: 1\n\ndata: revoked\n\n");
  EXPECT_TRUE(client.answer(id).is_complete);
  EXPECT_TRUE(watched->is_destroyed);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "revoked"));
}

TEST_P(Http2StreamTest, a_stream_that_is_revoked_inside_a_message_or_with_nothing_to_say_is_cut) {
  watches_streams = true;
  Http2TestClient& client = connect();
  const auto id = open(client);
  feed().when_empty = ByteSource::State::loading;
  feed().add("data: he");
  settle();
  watched->stream->revoke("data: revoked\n\n");
  settle();
  EXPECT_EQ(client.answer(id).body, "data: he");
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  const auto other = open(client);
  watched->stream->revoke("");
  settle();
  EXPECT_FALSE(client.answer(other).is_complete);
  EXPECT_TRUE(client.answer(other).closed_with);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "revoked", "open test.stream", "revoked"));
}

TEST_P(Http2StreamTest, X20_a_stream_that_outlives_its_sign_in_is_cut_with_a_time_to_come_back) {
  watches_streams = true;
  Http2TestClient& client = connect();
  const auto id = open(client);
  watched->stream->expire(Milliseconds(1234));
  settle();
  EXPECT_EQ(client.answer(id).body, "retry: 1234\n\n");
  EXPECT_FALSE(client.answer(id).is_complete);
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "sign_in_over"));
}

TEST_F(Http2Fixture, an_answer_that_is_a_stream_has_no_body_for_head) {
  Http2TestClient& client = connect();
  const auto id = client.request("HEAD", "/stream");
  settle();
  EXPECT_TRUE(client.answer(id).is_complete);
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(counts.streams.load(), 0u);
}

// Without sanitizers, which allocate in another way.
TEST_F(Http2Fixture, X13_an_open_stream_takes_less_than_4_KiB) {
  constexpr std::size_t kStreams = 500;
  config.http2.max_streams = kStreams;
  Client& client = connect_raw();
  client.send(std::string(kPreface) + frame(kSettings, 0, 0, ""));
  settle();
  const std::size_t before = mallinfo2().uordblks;
  for (std::uint32_t i = 0; i < kStreams; ++i)
    client.send(frame(kHeaders, kEndStream | kEndHeaders, 2 * i + 1, pseudo("GET", "/stream")));
  settle();
  for (std::size_t i = 0; i < kStreams; ++i) feed(i).add("data: 1\n\n");
  settle();
  EXPECT_EQ(counts.streams.load(), kStreams);
  client.got = std::string();
  const std::size_t taken = (mallinfo2().uordblks - before) / kStreams;
  RecordProperty("bytes_of_a_stream", static_cast<int>(taken));
  EXPECT_LT(taken, 4096u) << "the test's own source included";
}

INSTANTIATE_TEST_SUITE_P(Each, Http2StreamTest,
                         testing::Values(TestWire::Pieces::whole, TestWire::Pieces::one_byte),
                         name_of_pieces);

}  // namespace
}  // namespace belay::transport
