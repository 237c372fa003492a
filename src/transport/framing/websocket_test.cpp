#include "transport/framing/websocket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/framing/testing/frame_reader.hpp"
#include "transport/framing/testing/framed.hpp"

namespace belay::transport {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using testing::framed;
using testing::framed_in_parts;
using testing::FrameReader;
using testing::messages_cut_anywhere;

TEST(WebsocketFraming, a_message_is_one_text_frame_without_name_and_id) {
  EXPECT_EQ(framed(websocket_framing(), {.event = "delta", .id = "1-7"}, R"({"content":"a"})"),
            "\x81\x0F{\"content\":\"a\"}");
  EXPECT_EQ(framed(websocket_framing(), {}, ""), "\x81\x00"s);
}

TEST(WebsocketFraming, a_length_takes_7_16_or_64_bits) {
  const std::pair<std::size_t, std::string> heads[] = {{125, "\x81\x7D"s},
                                                       {126, "\x81\x7E\x00\x7E"s},
                                                       {65535, "\x81\x7E\xFF\xFF"s},
                                                       {65536, "\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s}};
  for (const auto& [size, head] : heads) {
    const std::string data(size, 'x');
    const std::string bytes = framed(websocket_framing(), {}, data);
    EXPECT_TRUE(bytes == head + data) << size;
    FrameReader reader;
    reader.feed(bytes);
    EXPECT_THAT(reader.messages, ElementsAre(data)) << size;
  }
}

TEST(WebsocketFraming, A3_a_message_in_parts_goes_out_as_fragments) {
  const std::string bytes =
      framed_in_parts(websocket_framing(), {}, "{\"text\":\"", {"a", "\xC5\xBE"}, "\"}");
  EXPECT_EQ(bytes, "\x01\x09{\"text\":\""s + "\x00\x01"s + "a" + "\x00\x02\xC5\xBE"s + "\x80\x02\"}");
  EXPECT_THAT(messages_cut_anywhere(bytes), ElementsAre("{\"text\":\"a\xC5\xBE\"}"));
}

TEST(WebsocketFraming, A3_each_fragment_has_the_length_of_its_own_part) {
  for (const std::size_t size : {0u, 125u, 126u, 65535u, 65536u}) {
    const std::string text(size, 'y');
    FrameReader reader;
    reader.feed(framed_in_parts(websocket_framing(), {}, text, {text, "z", text}, text));
    EXPECT_TRUE(reader.is_between_messages());
    ASSERT_EQ(reader.messages.size(), 1u);
    EXPECT_TRUE(reader.messages[0] == text + text + "z" + text + text) << size;
  }
}

TEST(WebsocketFraming, messages_follow_each_other_and_leave_what_is_before_them) {
  std::string out = framed(websocket_framing(), {}, "one");
  const std::size_t data_at = out.size();
  websocket_framing().open({}, out);
  out += "two";
  websocket_framing().close(MessagePart::whole, data_at, out);
  EXPECT_EQ(out, "\x81\x03one\x81\x03two");
  EXPECT_THAT(messages_cut_anywhere(out), ElementsAre("one", "two"));
}

TEST(WebsocketFraming, X13_a_heartbeat_is_a_ping_and_a_farewell_says_that_the_server_goes_away) {
  EXPECT_EQ(websocket_framing().heartbeat(), "\x89\x00"s);
  EXPECT_EQ(websocket_framing().farewell(Milliseconds(3000)), "\x88\x02\x03\xE9"s);
  EXPECT_EQ(websocket_framing().preamble(Milliseconds(3000)), "");
  EXPECT_EQ(websocket_framing().content_type(), "");
  FrameReader reader;
  reader.feed(websocket_framing().heartbeat());
  reader.feed(framed(websocket_framing(), {}, "x"));
  reader.feed(websocket_framing().farewell({}));
  EXPECT_THAT(reader.messages, ElementsAre("x"));
  EXPECT_THAT(reader.control_frames, ElementsAre("\x09", "\x08\x03\xE9"));
}

}  // namespace
}  // namespace belay::transport
