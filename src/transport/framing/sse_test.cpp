#include "transport/framing/sse.hpp"

#include <gtest/gtest.h>

#include "transport/framing/testing/framed.hpp"

namespace belay::transport {
namespace {

using testing::framed;
using testing::framed_in_parts;

TEST(SseFraming, IsABlockOfLines) {
  const Framing& framing = sse_framing();
  EXPECT_EQ(framed(framing, {.event = "delta", .id = "1-7"}, R"({"content":"a"})") + framed(framing, {}, "x"),
            "id: 1-7\nevent: delta\ndata: {\"content\":\"a\"}\n\ndata: x\n\n");
}

TEST(SseFraming, a_name_or_an_id_can_be_alone) {
  EXPECT_EQ(framed(sse_framing(), {.event = "delta"}, "x"), "event: delta\ndata: x\n\n");
  EXPECT_EQ(framed(sse_framing(), {.id = "1-7"}, "x"), "id: 1-7\ndata: x\n\n");
}

TEST(SseFraming, P1_without_ids_only_the_id_line_is_missing) {
  const Framing& framing = sse_framing_without_ids();
  EXPECT_EQ(framed(framing, {.event = "delta", .id = "1-7"}, "x"), "event: delta\ndata: x\n\n");
  EXPECT_EQ(framed(framing, {.id = "1-7"}, "x"), "data: x\n\n");
  EXPECT_EQ(framing.preamble(Milliseconds(1)), sse_framing().preamble(Milliseconds(1)));
  EXPECT_EQ(framing.heartbeat(), sse_framing().heartbeat());
  EXPECT_EQ(framing.farewell(Milliseconds(1)), sse_framing().farewell(Milliseconds(1)));
  EXPECT_EQ(framing.content_type(), sse_framing().content_type());
}

TEST(SseFraming, A3_the_parts_of_a_message_are_one_line) {
  EXPECT_EQ(framed_in_parts(sse_framing(), {.event = "complete", .id = "1-9"}, "{\"text\":\"", {"a", "", "b"},
                            "\"}"),
            "id: 1-9\nevent: complete\ndata: {\"text\":\"ab\"}\n\n");
}

TEST(SseFraming, CannotBeBrokenByAComment) {
  const Framing& framing = sse_framing();
  const std::string message = framed(framing, {}, "x");
  EXPECT_EQ(message + std::string(framing.heartbeat()) + message, "data: x\n\n:\n\ndata: x\n\n");
}

TEST(SseFraming, X13_begins_and_is_cut_with_the_time_to_reconnect) {
  EXPECT_EQ(sse_framing().preamble(Milliseconds(3456)), "retry: 3456\n\n");
  EXPECT_EQ(sse_framing().farewell(Milliseconds(3456)), "retry: 3456\n\n");
}

TEST(SseFraming, K81_the_id_of_a_message_in_parts_is_its_last_line_too_and_nothing_else_moves) {
  const Framing& framing = sse_framing_without_empty_blocks();
  std::string out = "event: x\ndata: 1\n\n";
  framing.open({"end", "1-12"}, out);
  const std::size_t begin = out.size();
  out += "{\"text\":\"";
  framing.close(MessagePart::first, begin, out);
  const std::string before = out;
  const std::size_t rest = out.size();
  out += "\"}";
  framing.close(MessagePart::last, rest, out);
  EXPECT_EQ(out, "event: x\ndata: 1\n\n:       \nevent: end\ndata: {\"text\":\"\"}\nid: 1-12\n\n");
  EXPECT_EQ(out.find("\"}\nid"), before.size()) << "where something is inserted";

  std::string without;
  framing.open({"end", {}}, without);
  without += "{";
  framing.close(MessagePart::first, without.size() - 1, without);
  without += "}";
  framing.close(MessagePart::last, without.size() - 1, without);
  EXPECT_EQ(without, "event: end\ndata: {}\n\n");
}

TEST(SseFraming, K81_without_empty_blocks_nothing_ends_a_block_but_a_message) {
  const Framing& framing = sse_framing_without_empty_blocks();
  const std::string message = framed(framing, {.id = "1-7"}, "x");
  EXPECT_EQ(framing.preamble(Milliseconds(3456)) + message + std::string(framing.heartbeat()) + message +
                framing.farewell(Milliseconds(5000)),
            "retry: 3456\ndata: x\nid: 1-7\n\n:\ndata: x\nid: 1-7\n\nretry: 5000\n");
  EXPECT_EQ(framed(framing, {.event = "e", .id = "1-7"}, "x"), "event: e\ndata: x\nid: 1-7\n\n");
  EXPECT_EQ(framed(framing, {}, "x") + framed(framing, {.event = "e"}, "x"),
            "data: x\n\nevent: e\ndata: x\n\n");
  std::string several;
  for (const char* id : {"1-1", "", "1-2"}) {
    framing.open({.id = id}, several);
    const std::size_t data_at = several.size();
    several += "x";
    framing.close(MessagePart::whole, data_at, several);
  }
  EXPECT_EQ(several, "data: x\nid: 1-1\n\ndata: x\n\ndata: x\nid: 1-2\n\n");
  EXPECT_EQ(framing.content_type(), sse_framing().content_type());
}

TEST(SseFramingDeathTest, AssertsThatDataIsOneLine) {
  EXPECT_DEATH(framed(sse_framing(), {}, "a\nb"), "");
  EXPECT_DEATH(framed(sse_framing(), {.id = "a\nb"}, ""), "");
}

}  // namespace
}  // namespace belay::transport
