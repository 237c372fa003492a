// What a handler shows on a WebSocket: a source beside short messages and control frames.
#include "base/random.hpp"
#include "transport/websocket/testing/websocket_fixture.hpp"

namespace belay::transport {
namespace {

using namespace std::string_literals;
using testing::FrameReader;
using testing::masked;

class WebSocketSourceTest : public WebSocketTest {
 protected:
  Client& open_showing() {
    Client& client = open();
    socket().show(new_source());
    settle();
    return client;
  }
};

TEST_P(WebSocketSourceTest, G2_the_bytes_of_a_source_go_out_as_they_are) {
  Client& client = open_showing();
  EXPECT_TRUE(socket().is_showing());
  feed().add(framed_text("one"));
  settle();
  feed().add(framed_text("two") + framed_text("three"));
  settle();
  EXPECT_EQ(client.got, framed_text("one") + framed_text("two") + framed_text("three"));
}

TEST_P(WebSocketSourceTest, G2_when_a_source_has_ended_the_handler_may_show_the_next_one) {
  Client& client = open();
  recorded.on_shown = [&](WebSocket& socket) {
    EXPECT_TRUE(feed().destroyed);
    EXPECT_FALSE(socket.is_showing());
    if (feeds.size() == 1) socket.show(new_source({.bytes = framed_text("second")}));
  };
  socket().show(new_source());
  settle();
  feed().add(framed_text("first"));
  feed().finish(ByteSource::State::ended);
  settle();
  EXPECT_EQ(client.got, framed_text("first") + framed_text("second"));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "shown"));
}

TEST_P(WebSocketSourceTest, G2_short_messages_and_pongs_go_between_the_messages_of_a_source) {
  Client& client = open_showing();
  feed().add(framed_text("one"));
  socket().send("short");
  settle();
  feed().add(framed_text("two"));
  EXPECT_THAT(ask(client, masked(0x89, "p")),
              testing::AnyOf(framed_text("two") + "\x8A\x01p",
                             framed_text("one") + framed_text("short") + framed_text("two") + "\x8A\x01p"));
}

TEST_P(WebSocketSourceTest, G2_inside_a_fragmented_message_only_control_frames_go_out) {
  Client& client = open_showing();
  const std::string parts =
      testing::framed_in_parts(websocket_framing(), {}, "{\"text\":\"", {"some ", "text"}, "\"}");
  const std::size_t second_part_ends = parts.size() - 4 - 6;
  feed().when_empty = ByteSource::State::loading;
  feed().add(parts.substr(0, second_part_ends));
  settle();
  socket().send("short");
  settle();
  EXPECT_EQ(client.got, parts.substr(0, second_part_ends)) << "the message waits";
  EXPECT_EQ(ask(client, masked(0x89, "p")), "\x8A\x01p");
  client.got.clear();
  feed().when_empty = ByteSource::State::waiting;
  feed().add(parts.substr(second_part_ends));
  settle();
  EXPECT_EQ(client.got, parts.substr(second_part_ends) + framed_text("short"));
}

TEST_P(WebSocketSourceTest, G2_a_source_that_is_replaced_ends_behind_its_current_message) {
  Client& client = open_showing();
  const std::string first = framed_text("first message");
  feed().when_empty = ByteSource::State::loading;
  feed().add(first.substr(0, 5));
  settle();
  socket().show(new_source({.bytes = framed_text("other")}));
  settle();
  EXPECT_EQ(client.got, first.substr(0, 5));
  feed().add(first.substr(5) + framed_text("not wanted any more"));
  settle();
  EXPECT_EQ(client.got, first + framed_text("other"));
  EXPECT_TRUE(feed(0).destroyed);
  EXPECT_FALSE(feed(1).destroyed);
  EXPECT_THAT(recorded.calls, ElementsAre("opened")) << "shown() is not called for it";
}

TEST_P(WebSocketSourceTest, G2_stop_showing_ends_what_is_shown) {
  Client& client = open_showing();
  feed().add(framed_text("one"));
  settle();
  socket().stop_showing();
  EXPECT_FALSE(socket().is_showing());
  settle();
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(client.got, framed_text("one"));
  EXPECT_THAT(recorded.calls, ElementsAre("opened"));
}

TEST_P(WebSocketSourceTest, X1_a_source_that_is_lost_closes_with_4007) {
  Client& client = open_showing();
  feed().add(framed_text("one"));
  feed().finish(ByteSource::State::lost);
  settle();
  EXPECT_THAT(client.got, HasSubstr("\x0F\xA7The stream was interrupted. Reconnect and resume."));
  client.close();
  EXPECT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 4007"));
  EXPECT_EQ(observer.streams.back(), "source_lost");
}

TEST_P(WebSocketSourceTest, X1_a_source_that_is_lost_inside_a_frame_cuts_the_connection) {
  Client& client = open_showing();
  feed().add(framed_text("one").substr(0, 3));
  feed().finish(ByteSource::State::lost);
  EXPECT_TRUE(until([&] { return client.closed(); }));
  EXPECT_EQ(client.got, framed_text("one").substr(0, 3));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 1006"));
}

TEST_P(WebSocketSourceTest, G2_close_ends_the_source_behind_its_current_message) {
  Client& client = open_showing();
  const std::string first = framed_text("first message");
  feed().when_empty = ByteSource::State::loading;
  feed().add(first.substr(0, 5));
  settle();
  socket().close(CloseCode::normal, "");
  settle();
  EXPECT_EQ(client.got, first.substr(0, 5));
  feed().add(first.substr(5) + framed_text("not wanted any more"));
  settle();
  EXPECT_EQ(client.got, first + close_frame(CloseCode::normal));
}

TEST_P(WebSocketSourceTest, G2_a_source_that_is_shown_after_the_close_is_destroyed) {
  Client& client = open();
  socket().close(CloseCode::normal, "");
  socket().show(new_source({.bytes = framed_text("late")}));
  settle();
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(client.got, close_frame(CloseCode::normal));
}

TEST_P(WebSocketSourceTest, X6_a_slow_reader_costs_a_cursor_and_is_closed_when_it_takes_nothing_for_60_s) {
  Client& client = open(4096);
  client.paused = true;
  socket().show(new_source());
  std::string all;
  while (all.size() < 8'000'000) all += framed_text(std::string(1000, 'x'));
  feed().add(all);
  settle();
  const std::size_t taken = feed().cursor;
  EXPECT_LT(taken, all.size());
  socket().send("short");
  advance(limits.stalled_limit - Milliseconds(1000));
  EXPECT_EQ(feed().cursor, taken) << "nothing is queued for it";
  EXPECT_FALSE(feed().destroyed);
  advance(Milliseconds(1000));
  advance(limits.close_deadline);
  EXPECT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 4008"));
  EXPECT_EQ(observer.streams.back(), "stalled");
  expect_all_is_closed();
}

TEST_P(WebSocketSourceTest, X6_a_slow_reader_that_wakes_up_in_time_sees_4008) {
  Client& client = open(4096);
  client.paused = true;
  socket().show(new_source());
  std::string all;
  while (all.size() < 8'000'000) all += framed_text(std::string(1000, 'x'));
  feed().add(all);
  settle();
  advance(limits.stalled_limit);
  client.paused = false;
  ASSERT_TRUE(until([&] { return client.eof; }));
  FrameReader reader;
  reader.feed(client.got);
  ASSERT_EQ(reader.control_frames.size(), 1u);
  EXPECT_EQ(reader.control_frames[0], "\x08\x0F\xA8The client reads too slowly.");
  EXPECT_TRUE(reader.is_between_messages());
}

TEST_P(WebSocketSourceTest, G2_short_messages_that_nobody_reads_are_bounded) {
  limits.max_unsent = ByteCount{10'000};
  Client& client = open(4096);
  client.paused = true;
  socket().show(new_source());
  feed().add(framed_text(std::string(8'000'000, 'x')));
  settle();
  for (int i = 0; i < 9; ++i) socket().send(std::string(1000, 's'));
  advance(Milliseconds(1000));
  EXPECT_THAT(recorded.calls, ElementsAre("opened"));
  socket().send(std::string(1000, 's'));
  advance(limits.close_deadline);
  EXPECT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 4008"));
}

// Over a wire that moves a few bytes at a time.
class WebSocketRandomTest : public WebSocketFixture {
 protected:
  WebSocketRandomTest() { over = Over::channel; }

  // A message of the source, whole or in fragments.
  std::string next_message(SeededRandom& choices) {
    const std::string text = "m" + std::to_string(messages_.size()) + std::string(choices.below(300), 'x');
    messages_.push_back(text);
    if (choices.below(2) == 0) return framed_text(text);
    const std::size_t cut = choices.below(text.size());
    return testing::framed_in_parts(websocket_framing(), {}, text.substr(0, cut), {text.substr(cut)}, "");
  }

  std::vector<std::string> messages_;
};

TEST_F(WebSocketRandomTest, X6_frames_and_messages_stay_whole_under_random_cuts) {
  limits.max_control_frames = limits.max_messages = 10'000;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    recorded = Recorded();
    messages_.clear();
    SeededRandom choices(seed);
    if (!server) start();
    Client& client = connect(std::make_shared<TestWire>(loop, TestWire::Pieces::random, 4096, seed));
    ask(client, kHandshake);
    ASSERT_EQ(client.got, kSwitchingProtocols);
    client.got.clear();
    socket().show(new_source());
    int shorts = 0, pings = 0;
    std::string rest;  // of a message that is being loaded
    for (int step = 0; step < 60; ++step) {
      if (rest.empty() && choices.below(2) == 0) rest = next_message(choices);
      const std::size_t more = choices.below(rest.size() + 1);
      const std::string piece = rest.substr(0, more);
      rest.erase(0, more);
      feeds.back()->when_empty = rest.empty() ? ByteSource::State::waiting : ByteSource::State::loading;
      feeds.back()->add(piece);
      if (choices.below(4) == 0) socket().send("short " + std::to_string(shorts++));
      if (choices.below(6) == 0) client.send(masked(0x89, "p" + std::to_string(pings++)));
      for (std::size_t turns = choices.below(4); turns > 0; --turns) loop.turn();
      client.receive();
    }
    feeds.back()->when_empty = ByteSource::State::ended;
    feeds.back()->add(rest);
    settle();
    socket().close(CloseCode::normal, "");
    settle();
    FrameReader reader;
    reader.feed(client.got);
    std::vector<std::string> shown, short_ones, control;
    for (const std::string& each : reader.messages)
      (each.starts_with("short ") ? short_ones : shown).push_back(each);
    EXPECT_EQ(shown, messages_) << seed;
    EXPECT_EQ(short_ones.size(), static_cast<std::size_t>(shorts)) << seed;
    ASSERT_EQ(reader.control_frames.size(), static_cast<std::size_t>(pings) + 1) << seed;
    for (int i = 0; i < pings; ++i)
      EXPECT_EQ(reader.control_frames[static_cast<std::size_t>(i)], "\x0Ap" + std::to_string(i)) << seed;
    EXPECT_TRUE(reader.is_between_messages());
    client.close();
    settle();
  }
}

INSTANTIATE_TEST_SUITE_P(Each, WebSocketSourceTest,
                         testing::Values(Over::socket, Over::channel, Over::channel_of_one_byte), name_of);

}  // namespace
}  // namespace belay::transport
