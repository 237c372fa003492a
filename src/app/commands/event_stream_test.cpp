#include "app/commands/event_stream.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string text_of(const providers::SseEvent& event) {
  return std::string(event.type) + "|" + std::string(event.data);
}

class EventStreamTest : public testing::Test {
 protected:
  bool push(std::string_view bytes) {
    return stream_.push(bytes,
                        [this](const providers::SseEvent& event) { events_.push_back(text_of(event)); });
  }
  EventStream stream_{1000};
  std::vector<std::string> events_;
};

TEST_F(EventStreamTest, events_come_with_type_data_and_id) {
  ASSERT_TRUE(
      push("retry: 1500\n\nid: 1-1\nevent: status\ndata: {\"a\":1}\n\n: comment\n\ndata:x\ndata: y\n\n"));
  EXPECT_THAT(events_, ElementsAre("status|{\"a\":1}", "|x\ny"));
  EXPECT_EQ(stream_.last_id(), "1-1");
  EXPECT_EQ(stream_.retry(), Milliseconds(1500));
}

TEST_F(EventStreamTest, the_same_comes_however_the_bytes_are_cut_and_lines_end) {
  const std::string bytes = "id: 1-1\r\nevent: a\r\ndata: \xc3\xa9\r\n\r\nid: 1-2\rdata: z\r\r";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EventStream stream(1000);
    std::vector<std::string> events;
    const auto take = [&](const providers::SseEvent& event) { events.push_back(text_of(event)); };
    ASSERT_TRUE(stream.push(std::string_view(bytes).substr(0, cut), take));
    ASSERT_TRUE(stream.push(std::string_view(bytes).substr(cut), take));
    EXPECT_THAT(events, ElementsAre("a|\xc3\xa9", "|z")) << cut;
    EXPECT_EQ(stream.last_id(), "1-2") << cut;
  }
}

TEST_F(EventStreamTest, x1_half_an_event_is_dropped_with_its_id_when_the_connection_is_cut) {
  ASSERT_TRUE(push("id: 1-1\ndata: a\n\nid: 1-2\ndata: b"));
  stream_.cut();
  EXPECT_EQ(stream_.last_id(), "1-1");
  ASSERT_TRUE(push("data: c\n\n"));
  EXPECT_THAT(events_, ElementsAre("|a", "|c"));
  EXPECT_EQ(stream_.last_id(), "1-1");
}

TEST_F(EventStreamTest, an_event_without_data_is_none_but_its_id_counts) {
  ASSERT_TRUE(push("event: a\nid: 1-9\n\n"));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_EQ(stream_.last_id(), "1-9");
}

TEST_F(EventStreamTest, a_retry_that_is_no_number_is_ignored) {
  ASSERT_TRUE(push("retry: abc\nretry: 1x\nretry:\n\n"));
  EXPECT_FALSE(stream_.retry());
}

TEST_F(EventStreamTest, an_event_without_end_breaks_the_stream) {
  EXPECT_TRUE(push("data: " + std::string(500, 'a') + "\n"));
  EXPECT_FALSE(push("data: " + std::string(600, 'a') + "\n"));
}

}  // namespace
}  // namespace belay::app
