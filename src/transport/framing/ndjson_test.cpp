#include "transport/framing/ndjson.hpp"

#include <gtest/gtest.h>

#include "transport/framing/testing/framed.hpp"

namespace belay::transport {
namespace {

using testing::framed;
using testing::framed_in_parts;

TEST(NdjsonFraming, a_message_is_one_line_without_name_and_id) {
  const Framing& framing = ndjson_framing();
  EXPECT_EQ(
      framed(framing, {.event = "delta", .id = "1-7"}, R"({"content":"a"})") + framed(framing, {}, "{}"),
      "{\"content\":\"a\"}\n{}\n");
}

TEST(NdjsonFraming, A3_the_parts_of_a_message_are_one_line) {
  EXPECT_EQ(framed_in_parts(ndjson_framing(), {}, "{\"text\":\"", {"a", "", "b"}, "\"}"),
            "{\"text\":\"ab\"}\n");
}

TEST(NdjsonFraming, X13_a_heartbeat_is_white_space_before_the_next_value) {
  const Framing& framing = ndjson_framing();
  EXPECT_EQ(framed(framing, {}, "{}") + std::string(framing.heartbeat()) + framed(framing, {}, "{}"),
            "{}\n {}\n");
}

TEST(NdjsonFraming, has_nothing_to_say_about_reconnecting) {
  EXPECT_EQ(ndjson_framing().preamble(Milliseconds(1)), "");
  EXPECT_EQ(ndjson_framing().farewell(Milliseconds(1)), "");
  EXPECT_EQ(ndjson_framing().content_type(), "application/x-ndjson");
}

TEST(NdjsonFramingDeathTest, asserts_that_data_is_one_line) {
  EXPECT_DEATH(framed(ndjson_framing(), {}, "a\nb"), "");
}

}  // namespace
}  // namespace belay::transport
