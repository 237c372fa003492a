// Messages, control frames, rates, the closing handshake and deadlines, as literal bytes.
#include "transport/websocket/testing/websocket_fixture.hpp"

namespace belay::transport {
namespace {

using namespace std::string_literals;
using testing::masked;

class WebSocketProtocolTest : public WebSocketTest {
 protected:
  void echo() {
    recorded.on_message = [](WebSocket& socket, std::string_view text) { socket.send(std::string(text)); };
  }
};

TEST_P(WebSocketProtocolTest, G2_messages_go_both_ways) {
  echo();
  Client& client = open();
  EXPECT_EQ(ask(client, masked(0x81, "one") + masked(0x01, "tw") + masked(0x80, "o")),
            "\x81\x03one\x81\x03two");
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "message one", "message two"));
}

TEST_P(WebSocketProtocolTest, G2_a_ping_is_answered_also_inside_a_message) {
  echo();
  Client& client = open();
  EXPECT_EQ(ask(client, masked(0x89, "are you there")),
            "\x8A\x0D"
            "are you there");
  EXPECT_EQ(ask(client, masked(0x01, "a") + masked(0x89, "") + masked(0x80, "b")),
            "\x8A\x00\x81\x02"
            "ab"s);
  EXPECT_EQ(ask(client, masked(0x8A, "nobody asked")), "");
}

TEST_P(WebSocketProtocolTest, G2_a_client_that_closes_gets_its_code_back) {
  Client& client = open();
  EXPECT_EQ(ask(client, masked(0x88, close_payload(CloseCode::normal) + "bye")),
            close_frame(CloseCode::normal));
  EXPECT_TRUE(client.eof) << "the server ends first";
  client.close();
  EXPECT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 1000"));
  EXPECT_THAT(observer.streams, ElementsAre("open test.ws", "complete"));
  expect_all_is_closed();
}

TEST_P(WebSocketProtocolTest, G2_a_close_without_a_code_is_answered_without_one) {
  Client& client = open();
  EXPECT_EQ(ask(client, masked(0x88, "")), "\x88\x00"s);
  client.close();
  EXPECT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 1005"));
}

TEST_P(WebSocketProtocolTest, G2_the_server_closes_and_waits_for_the_clients_close_frame) {
  Client& client = open();
  socket().send("last");
  socket().close(static_cast<CloseCode>(4100), "done");
  socket().send("too late");
  settle();
  EXPECT_EQ(client.got,
            "\x81\x04last\x88\x06\x10\x04"
            "done");
  EXPECT_FALSE(client.eof);
  ask(client, masked(0x81, "not read") + masked(0x88, "\x10\x04"));
  EXPECT_TRUE(client.eof);
  client.close();
  EXPECT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 4100"));
}

TEST_P(WebSocketProtocolTest, G2_a_client_that_does_not_answer_a_close_is_cut_at_the_deadline) {
  Client& client = open();
  socket().close(CloseCode::normal, "");
  settle();
  advance(limits.close_deadline - Milliseconds(50));
  EXPECT_FALSE(client.closed());
  advance(Milliseconds(50));
  EXPECT_TRUE(until([&] { return client.closed(); }));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 1000"));
  expect_all_is_closed();
}

TEST_P(WebSocketProtocolTest, G2_a_fault_closes_with_its_code_and_a_reason) {
  const std::pair<std::string, std::string> cases[] = {
      {"\x81\x01a", close_frame(CloseCode::protocol_error, "A frame is not masked.")},
      {masked(0x81, "\xFF"), close_frame(CloseCode::invalid_text, "The text is not UTF-8.")},
      {masked(0x82, "a"),
       close_frame(CloseCode::unsupported_data, "Binary messages are not read here. Send text.")},
      {"\x81\xFE\xFF\xFF"s, close_frame(CloseCode::message_too_big, "The message is too large.")},
  };
  limits.max_message = ByteCount{1000};
  for (const auto& [sent, got] : cases) {
    recorded.calls.clear();
    Client& client = open();
    EXPECT_EQ(ask(client, sent + masked(0x81, "what follows is not read")), got);
    EXPECT_TRUE(client.eof);
    client.close();
    settle();
    EXPECT_THAT(recorded.calls.size(), 2u);
  }
  EXPECT_EQ(observer.streams.back(), "client_noisy");
}

TEST_P(WebSocketProtocolTest, G2_a_client_that_is_refused_may_send_the_rest_of_its_message_and_see_the_code) {
  limits.max_message = ByteCount{1000};
  Client& client = open();
  const std::string long_message = masked(0x81, std::string(60'000, 'x'));
  EXPECT_THAT(ask(client, long_message), HasSubstr("\x03\xF1"));
  EXPECT_FALSE(client.reset) << "unread bytes would have reset the connection";
}

TEST_P(WebSocketProtocolTest, G2_more_messages_than_allowed_are_1008) {
  limits.max_messages = 3;
  Client& client = open();
  std::string messages;
  for (int i = 0; i < 3; ++i) messages += masked(0x81, "m");
  client.send(messages);
  ASSERT_TRUE(until([&] { return recorded.calls.size() == 4; }));
  advance(limits.rate_window);
  client.got.clear();
  client.send(messages);
  ASSERT_TRUE(until([&] { return recorded.calls.size() == 7; })) << "a window has passed";
  EXPECT_EQ(client.got, "");
  client.send(masked(0x81, "m"));
  ASSERT_TRUE(until([&] { return client.eof; }));
  EXPECT_EQ(client.got, close_frame(CloseCode::policy_violation, "The client sends too many messages."));
  client.close();
  ASSERT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_EQ(recorded.calls.back(), "closed 1008");
}

TEST_P(WebSocketProtocolTest, G2_a_flood_of_pings_is_1008) {
  limits.max_control_frames = 5;
  Client& client = open();
  std::string pings;
  for (int i = 0; i < 6; ++i) pings += masked(0x89, std::to_string(i));
  EXPECT_THAT(ask(client, pings), HasSubstr("\x03\xF0The client sends too many control frames."));
}

TEST_P(WebSocketProtocolTest, G2_a_message_that_does_not_end_in_time_is_1008) {
  Client& client = open();
  ask(client, masked(0x01, "a"));
  advance(limits.message_deadline / 2);
  ask(client, masked(0x00, "b") + masked(0x89, ""));
  advance(limits.message_deadline / 2);
  EXPECT_THAT(client.got, HasSubstr("\x03\xF0The message did not arrive in time."));
}

TEST_P(WebSocketProtocolTest, X13_a_silent_client_is_pinged_and_cut_when_it_does_not_answer) {
  Client& client = open();
  advance(limits.ping_interval);
  EXPECT_EQ(client.got, "\x89\x00"s);
  ask(client, masked(0x8A, ""));
  advance(limits.ping_interval);
  EXPECT_EQ(client.got, "\x89\x00"s) << "it answered";
  client.got.clear();
  advance(limits.pong_deadline);
  EXPECT_EQ(client.got, "");
  EXPECT_TRUE(until([&] { return client.closed(); }));
  EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 1006"));
  EXPECT_THAT(observer.streams, ElementsAre("open test.ws", "client_gone"));
  expect_all_is_closed();
}

TEST_P(WebSocketProtocolTest, G2_a_client_that_goes_without_a_close_frame_is_1006) {
  for (const bool resets : {false, true}) {
    recorded = Recorded();
    Client& client = open();
    if (resets)
      client.close_with_reset();
    else
      client.close();
    EXPECT_TRUE(until([&] { return recorded.is_destroyed; }));
    EXPECT_THAT(recorded.calls, ElementsAre("opened", "closed 1006"));
  }
  expect_all_is_closed();
}

TEST_P(WebSocketProtocolTest, X10_a_shutdown_closes_with_1001_and_says_when_to_reconnect) {
  Client& client = open();
  socket().show(new_source());
  server->drain();
  EXPECT_EQ(ask(client, masked(0x89, "")), "\x8A\x00"s) << "a drain lets it go on while something is shown";
  client.got.clear();
  server->cut_streams(Milliseconds(3000));
  settle();
  ASSERT_EQ(recorded.calls.size(), 2u);
  EXPECT_THAT(recorded.calls[1], StartsWith("shutting_down "));
  EXPECT_THAT(client.got, testing::MatchesRegex("\x88.\x03\xE9\\{\"retry\":[3-6][0-9][0-9][0-9]\\}"));
  server->close();
  settle();
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(recorded.calls.back(), "closed 1001");
  expect_all_is_closed();
}

TEST_P(WebSocketProtocolTest, X10_a_drain_closes_a_socket_as_soon_as_it_shows_nothing) {
  Client& idle = open();
  server->drain();
  settle();
  EXPECT_THAT(idle.got, HasSubstr("\x03\xE9{\"retry\":"));
  idle.close();
  ASSERT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_EQ(observer.streams.back(), "drained");
}

TEST_P(WebSocketProtocolTest, X10_a_drain_waits_for_the_end_of_what_is_shown) {
  Client& client = open();
  socket().show(new_source({.bytes = framed_text("on")}));
  server->drain();
  settle();
  EXPECT_EQ(client.got, framed_text("on"));
  feed().finish(ByteSource::State::ended);
  settle();
  EXPECT_THAT(client.got, HasSubstr("\x03\xE9{\"retry\":"));
  EXPECT_EQ(recorded.calls[1], "shown");
}

TEST_P(WebSocketProtocolTest, a_handler_that_throws_closes_its_socket_with_1011) {
  recorded.on_message = [](WebSocket&, std::string_view) {
    throw std::runtime_error("the handler is broken");
  };
  Client& client = open();
  EXPECT_EQ(ask(client, masked(0x81, "a")), "\x88\x14\x03\xF3The server failed.");
  client.close();
  EXPECT_TRUE(until([&] { return recorded.is_destroyed; }));
  EXPECT_THAT(observer.failures, ElementsAre(": the handler is broken"));
  expect_all_is_closed();
}

TEST_P(WebSocketProtocolTest, X20_a_sign_in_that_ends_closes_with_4001) {
  watches_streams = true;
  Client& client = open();
  watched->stream->expire(Milliseconds(1500));
  settle();
  EXPECT_EQ(client.got, close_frame(CloseCode::sign_in_over, R"({"retry":1500})"));
  client.close();
  EXPECT_TRUE(until([&] { return watched->is_destroyed; }));
  EXPECT_EQ(recorded.calls.back(), "closed 4001");
  EXPECT_EQ(observer.streams.back(), "sign_in_over");
}

TEST_P(WebSocketProtocolTest, X19_a_revocation_sends_its_last_message_and_closes_with_4003) {
  watches_streams = true;
  Client& client = open();
  watched->stream->revoke(framed_text("revoked"));
  settle();
  EXPECT_EQ(client.got, framed_text("revoked") + close_frame(CloseCode::revoked, "Access was revoked."));
  client.close();
  EXPECT_TRUE(until([&] { return watched->is_destroyed; }));
  EXPECT_EQ(observer.streams.back(), "revoked");
}

TEST_P(WebSocketProtocolTest, G2_a_reason_that_is_too_long_is_cut_at_a_character) {
  Client& client = open();
  socket().close(CloseCode::normal, std::string(122, 'r') + "\xC3\xA9");
  settle();
  EXPECT_EQ(client.got, close_frame(CloseCode::normal, std::string(122, 'r')));
}

INSTANTIATE_TEST_SUITE_P(Each, WebSocketProtocolTest,
                         testing::Values(Over::socket, Over::channel, Over::channel_of_one_byte), name_of);

}  // namespace
}  // namespace belay::transport
