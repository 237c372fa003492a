// The text of an answer, inserted into a message while it is streamed from the log, in each framing.
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/log/testing/log_fixture.hpp"
#include "core/types/payloads.hpp"
#include "services/runs/whole_answer.hpp"
#include "surfaces/assistant/render.hpp"
#include "transport/framing/ndjson.hpp"
#include "transport/framing/sse.hpp"
#include "transport/framing/testing/frame_reader.hpp"
#include "transport/framing/websocket.hpp"

namespace belay::surfaces {
namespace {

using belay::testing::LogFixture;
using belay::testing::TestLog;
using belay::testing::TestReader;
using ::testing::ElementsAre;
using transport::testing::FrameReader;
using transport::testing::messages_cut_anywhere;

Format assistant_in(const Framing& framing) {
  return {assistant::format().dialect, framing};
}

class SpliceTest : public ::testing::Test {
 protected:
  // A log with an answer of these pieces, and its end.
  void answer(const std::vector<std::string>& pieces) {
    log_->append(EventType::started, "…");
    for (const std::string& piece : pieces) log_->delta(piece);
    Terminal terminal;
    terminal.text_from = 2;
    log_->append(EventType::completed, encode(terminal));
    fixture_.turns();
  }
  // The last event of the log. At most `step` bytes are taken at a time.
  std::string end_in(const Format& format, std::size_t step) {
    auto reader = fixture_.reader(log_->shared(), format, log_->log().last() - 1);
    for (int idle = 0; idle < 100 && reader.state != ByteSource::State::ended; ++idle) {
      while (reader.read_some(step)) {
      }
      fixture_.turns();
    }
    EXPECT_EQ(reader.state, ByteSource::State::ended);
    return reader.got;
  }
  std::string end_in(const Format& format) {
    const std::string all = end_in(format, SIZE_MAX);
    for (const std::size_t step : {std::size_t(1), std::size_t(7)})
      EXPECT_EQ(end_in(format, step), all) << step;
    return all;
  }
  std::string before_text() const {
    return "{\"request_id\":\"" + log_->log().id().text() + "\",\"content\":\"";
  }
  static std::string after_text() {
    return "\",\"finish\":\"stop\",\"usage\":{\"input_tokens\":0,\"output_tokens\":0,\"cached_tokens\":0,"
           "\"reasoning_tokens\":0,\"estimated\":false},\"actions\":[],\"appendix\":[]}";
  }

  LogFixture fixture_{ByteCount{1}};
  std::unique_ptr<TestLog> log_ = fixture_.new_log();
};

TEST_F(SpliceTest, A3_in_sse_the_text_is_a_part_of_the_data_line) {
  answer({"He said \"no\"\n", "and left \\ 🚪."});
  EXPECT_EQ(end_in(assistant::format()),
            "event: status\ndata: {\"status\":\"completed\"}\n\n"
            "id: 1-4\nevent: complete\ndata: " +
                before_text() + "He said \\\"no\\\"\\nand left \\\\ 🚪." + after_text() + "\n\n");
}

TEST_F(SpliceTest, A3_in_ndjson_the_text_is_a_part_of_the_line) {
  answer({"He said \"no\"\n", "and left \\ 🚪."});
  EXPECT_EQ(end_in(assistant_in(transport::ndjson_framing())),
            "{\"status\":\"completed\"}\n" + before_text() + "He said \\\"no\\\"\\nand left \\\\ 🚪." +
                after_text() + "\n");
}

TEST_F(SpliceTest, A3_over_websocket_each_piece_of_the_text_is_a_fragment) {
  answer({"He said \"no\"\n", "and left \\ 🚪."});
  const std::string bytes = end_in(assistant_in(transport::websocket_framing()));
  const auto frame = [](char first, const std::string& data) {
    std::string head = {first, static_cast<char>(std::min<std::size_t>(data.size(), 126))};
    if (data.size() > 125) head += {static_cast<char>(data.size() >> 8), static_cast<char>(data.size())};
    return head + data;
  };
  EXPECT_EQ(bytes, frame('\x81', "{\"status\":\"completed\"}") + frame('\x01', before_text()) +
                       frame('\x00', "He said \\\"no\\\"\\n") + frame('\x00', "and left \\\\ 🚪.") +
                       frame('\x80', after_text()));
  EXPECT_THAT(messages_cut_anywhere(bytes),
              ElementsAre("{\"status\":\"completed\"}",
                          before_text() + "He said \\\"no\\\"\\nand left \\\\ 🚪." + after_text()));
}

TEST_F(SpliceTest, P1_without_a_framing_the_text_is_a_part_of_the_object) {
  answer({"He said \"no\"\n", "and left \\ 🚪."});
  EXPECT_EQ(end_in(services::whole_answer_format()),
            "{\"input\":0,\"output\":0,\"cached\":0,\"reasoning\":0,\"estimated\":false,\"finish\":\"stop\","
            "\"model\":\"\",\"calls\":[],\"text\":\"He said "
            "\\\"no\\\"\\nand left \\\\ 🚪.\"}");
}

TEST_F(SpliceTest, A3_an_answer_without_text_is_whole_in_each_framing) {
  answer({});
  EXPECT_EQ(end_in(assistant_in(transport::ndjson_framing())),
            "{\"status\":\"completed\"}\n" + before_text() + after_text() + "\n");
  EXPECT_THAT(messages_cut_anywhere(end_in(assistant_in(transport::websocket_framing()))),
              ElementsAre("{\"status\":\"completed\"}", before_text() + after_text()));
}

TEST_F(SpliceTest, A3_a_long_text_from_the_store_has_right_lengths_at_their_borders) {
  std::vector<std::string> pieces;
  std::string text;
  for (const std::size_t size : {1u, 125u, 126u, 127u, 30'000u, 65'535u, 65'536u, 70'000u, 3u})
    text += pieces.emplace_back(std::string(size - 1, 'x') + "y");
  answer(pieces);
  fixture_.spill(log_->log(), 0);
  for (const std::size_t step : {std::size_t(1000), SIZE_MAX}) {
    FrameReader reader;
    reader.feed(end_in(assistant_in(transport::websocket_framing()), step));
    EXPECT_TRUE(reader.is_between_messages());
    ASSERT_EQ(reader.messages.size(), 2u);
    const boost::json::value value = boost::json::parse(reader.messages[1]);
    EXPECT_TRUE(value.as_object().at("content").as_string() == text);
  }
  EXPECT_GT(fixture_.store.reads, 0u);
}

TEST_F(SpliceTest, X4_readers_of_different_framings_read_the_same_answer_side_by_side) {
  auto sse = fixture_.reader(log_->shared(), assistant::format());
  auto websocket = fixture_.reader(log_->shared(), assistant_in(transport::websocket_framing()));
  answer({"a", "b"});
  sse.read();
  websocket.read();
  EXPECT_EQ(sse.got,
            "id: 1-1\nevent: status\ndata: {\"status\":\"queued\"}\n\n"
            "id: 1-2\nevent: response_chunk\ndata: {\"content\":\"a\"}\n\n"
            "id: 1-3\nevent: response_chunk\ndata: {\"content\":\"b\"}\n\n"
            "event: status\ndata: {\"status\":\"completed\"}\n\n"
            "id: 1-4\nevent: complete\ndata: " +
                before_text() + "ab" + after_text() + "\n\n");
  EXPECT_THAT(messages_cut_anywhere(websocket.got),
              ElementsAre("{\"status\":\"queued\"}", "{\"content\":\"a\"}", "{\"content\":\"b\"}",
                          "{\"status\":\"completed\"}", before_text() + "ab" + after_text()));
}

}  // namespace
}  // namespace belay::surfaces
