#include "ops/logging.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::ops {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class LogTest : public testing::Test {
 protected:
  struct Lines final : LogOutput {
    explicit Lines(std::vector<std::string>& target) : lines(target) {}
    void write(std::string_view line) override { lines.emplace_back(line); }
    std::vector<std::string>& lines;
  };

  Log make(LogConfig config = {}) { return Log(config, clock_, std::make_unique<Lines>(lines_)); }
  // The last line without its time.
  std::string last() const {
    const std::string& line = lines_.back();
    return line.substr(line.find(",\"level\""));
  }

  ManualClock clock_{{1'795'267'085'123}};
  std::vector<std::string> lines_;
};

TEST_F(LogTest, x10_a_line_is_one_json_object_with_time_level_event_and_fields) {
  Log log = make();
  log.info("stream_opened",
           {{"request_id", "abc"}, {"position", 7}, {"resumed", true}, {"took_ms", 1500us}, {"left", 3u}});
  EXPECT_THAT(lines_,
              ElementsAre(R"({"time":"2026-11-21T13:18:05.123Z","level":"info","event":"stream_opened",)"
                          R"("request_id":"abc","position":7,"resumed":true,"took_ms":1.5,"left":3})"));
}

TEST_F(LogTest, what_would_break_a_line_is_escaped) {
  Log log = make();
  log.info("e", {{"v", "a\"b\\c\nd\r\te\x01"}});
  EXPECT_EQ(last(), R"(,"level":"info","event":"e","v":"a\"b\\c\nd\r\te\u0001"})");
  log.info("e", {{"v", "caf\xc3\xa9 \xff"}});
  EXPECT_EQ(last(), ",\"level\":\"info\",\"event\":\"e\",\"v\":\"caf\xc3\xa9 \xef\xbf\xbd\"}");
  log.info("e", {{"v", std::numeric_limits<double>::infinity()}});
  EXPECT_EQ(last(), R"(,"level":"info","event":"e","v":null})");
}

TEST_F(LogTest, a_long_value_is_cut_between_characters) {
  Log log = make();
  std::string text(Log::kMostValueBytes - 1, 'a');
  log.info("e", {{"v", text + "é and more"}});
  EXPECT_EQ(last(), R"(,"level":"info","event":"e","v":")" + text + "…\"}");
}

TEST_F(LogTest, levels_below_the_configured_one_are_not_written) {
  Log log = make({.level = LogLevel::warning});
  log.debug("a");
  log.info("b");
  log.warning("c");
  log.error("d");
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_EQ(last(), R"(,"level":"error","event":"d"})");
  EXPECT_FALSE(log.wants(LogLevel::info));
}

TEST_F(LogTest, repeated_warnings_are_limited_and_counted_for_each_event) {
  Log log = make({.most_repeats_per_second = 2});
  for (int i = 0; i < 5; ++i) log.warning("storage_trouble");
  log.error("other");
  EXPECT_EQ(lines_.size(), 3u);
  clock_.advance(999ms);
  log.warning("storage_trouble");
  EXPECT_EQ(lines_.size(), 3u);
  clock_.advance(1ms);
  log.warning("storage_trouble");
  EXPECT_EQ(last(), R"(,"level":"warning","event":"storage_trouble","repeats_left_out":4})");
  log.warning("storage_trouble");
  EXPECT_EQ(last(), R"(,"level":"warning","event":"storage_trouble"})");
}

TEST_F(LogTest, ordinary_lines_are_not_limited) {
  Log log = make({.most_repeats_per_second = 1});
  for (int i = 0; i < 5; ++i) log.info("stream_opened");
  EXPECT_EQ(lines_.size(), 5u);
}

}  // namespace
}  // namespace belay::ops
