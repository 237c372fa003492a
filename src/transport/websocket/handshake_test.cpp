#include "transport/websocket/handshake.hpp"

#include "transport/websocket/testing/websocket_fixture.hpp"

namespace belay::transport {
namespace {

std::string without(std::string request, std::string_view line) {
  const std::size_t at = request.find(line);
  EXPECT_NE(at, request.npos) << line;
  return request.erase(at, line.size());
}

std::string replaced(std::string request, std::string_view from, std::string_view to) {
  const std::size_t at = request.find(from);
  EXPECT_NE(at, request.npos) << from;
  return request.replace(at, from.size(), to);
}

TEST(Handshake, G2_the_key_is_answered_as_in_the_example_of_RFC_6455) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

class HandshakeTest : public WebSocketTest {};

TEST_P(HandshakeTest, G2_a_handshake_is_answered_with_101) {
  EXPECT_EQ(ask(kHandshake), kSwitchingProtocols);
  EXPECT_THAT(recorded.calls, ElementsAre("opened"));
  EXPECT_EQ(counts.streams.load(), 1u);
  EXPECT_THAT(observer.requests, ElementsAre("GET test.ws 101"));
  EXPECT_THAT(observer.streams, ElementsAre("open test.ws"));
}

TEST_P(HandshakeTest, G2_tokens_of_headers_are_lists_in_any_letter_case) {
  EXPECT_THAT(ask(replaced(std::string(kHandshake), "Connection: Upgrade\r\nUpgrade: websocket",
                           "Connection: keep-alive\r\nConnection: foo , upgrade\r\nUpgrade: h2c, WebSocket")),
              StartsWith("HTTP/1.1 101 "));
}

TEST_P(HandshakeTest, G2_what_is_no_handshake_is_426_and_says_which_version_is_spoken) {
  const std::string handshake(kHandshake);
  const std::string cases[] = {
      without(handshake, "Upgrade: websocket\r\n"),
      without(handshake, "Connection: Upgrade\r\n"),
      replaced(handshake, "Upgrade: websocket", "Upgrade: h2c"),
      replaced(handshake, "Upgrade: websocket", "Upgrade: websocketz"),
      replaced(handshake, "Version: 13", "Version: 8"),
      replaced(handshake, "Version: 13", "Version: 13, 8"),
      without(handshake, "Sec-WebSocket-Version: 13\r\n"),
      replaced(handshake, "HTTP/1.1", "HTTP/1.0"),
  };
  for (const std::string& request : cases) {
    const std::string answer = ask(request);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 Upgrade Required\r\n")) << request;
    EXPECT_THAT(answer, HasSubstr("\r\nUpgrade: websocket\r\n")) << request;
    EXPECT_THAT(answer, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n")) << request;
    EXPECT_THAT(answer, HasSubstr("\"code\":\"invalid_request\"")) << request;
  }
  EXPECT_THAT(recorded.calls, ElementsAre());
}

TEST_P(HandshakeTest, G2_a_key_that_is_not_16_bytes_in_base64_is_400) {
  const std::string handshake(kHandshake);
  const std::string_view line = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const std::string& request :
       {without(handshake, line), handshake.substr(0, handshake.size() - 2) + std::string(line) + "\r\n",
        replaced(handshake, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ=="),
        replaced(handshake, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25*ZQ==")})
    EXPECT_THAT(ask(request), StartsWith("HTTP/1.1 400 ")) << request;
}

TEST_P(HandshakeTest, G2_extensions_are_not_agreed_on) {
  const std::string answer = ask(replaced(std::string(kHandshake), "\r\n\r\n",
                                          "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"));
  EXPECT_EQ(answer, kSwitchingProtocols);
}

TEST_P(HandshakeTest, G2_the_first_subprotocol_of_ours_that_the_client_offers_is_taken) {
  subprotocols = {"b", "a"};
  const auto offer = [&](std::string_view offered) {
    return ask(replaced(std::string(kHandshake), "\r\n\r\n",
                        "\r\nSec-WebSocket-Protocol: " + std::string(offered) + "\r\n\r\n"));
  };
  EXPECT_THAT(offer("x, a, b"), HasSubstr("\r\nSec-WebSocket-Protocol: b\r\n"));
  EXPECT_THAT(offer("a"), HasSubstr("\r\nSec-WebSocket-Protocol: a\r\n"));
  EXPECT_THAT(offer("x"), Not(HasSubstr("Sec-WebSocket-Protocol")));
}

TEST_P(HandshakeTest, G2_a_message_may_follow_the_handshake_at_once) {
  Client& client = connect();
  recorded.on_message = [](WebSocket& socket, std::string_view text) {
    socket.send("re " + std::string(text));
  };
  EXPECT_EQ(ask(client, std::string(kHandshake) + testing::masked(0x81, "hi")),
            std::string(kSwitchingProtocols) + framed_text("re hi"));
}

INSTANTIATE_TEST_SUITE_P(Each, HandshakeTest,
                         testing::Values(Over::socket, Over::channel, Over::channel_of_one_byte), name_of);

}  // namespace
}  // namespace belay::transport
