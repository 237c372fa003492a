#include "ops/logging.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::ops {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::MatchesRegex;

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

TEST_F(LogTest, X10_what_a_terminal_would_act_on_is_escaped) {
  Log log = make();
  log.info("e", {{"v", "a\u009B31m b\x7F c\u202E d\u2066 e\u2028 f\u0085"}});
  EXPECT_EQ(last(),
            R"(,"level":"info","event":"e","v":"a\u009b31m b\u007f c\u202e d\u2066 e\u2028 f\u0085"})");
  log.info("e", {{"v", "é\u00A0… € 世 \u200F👩"}});
  EXPECT_EQ(last(), ",\"level\":\"info\",\"event\":\"e\",\"v\":\"é\u00A0… € 世 \u200F👩\"}");
}

TEST_F(LogTest, a_long_value_is_cut_between_characters) {
  Log log = make();
  std::string text(Log::kMaxValueBytes - 1, 'a');
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
  Log log = make({.max_repeats_per_second = 2});
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
  Log log = make({.max_repeats_per_second = 1});
  for (int i = 0; i < 5; ++i) log.info("stream_opened");
  EXPECT_EQ(lines_.size(), 5u);
}

TEST_F(LogTest, x10_what_a_loop_says_in_a_turn_is_written_together_at_its_end) {
  Log log = make();
  Loop loop(0, clock_);
  struct Ending final : Loop::TurnHook {
    explicit Ending(std::function<void()> ended) : when_ended(std::move(ended)) {}
    void turn_ended() override { when_ended(); }
    std::function<void()> when_ended;
  } earlier([&] { log.info("hook"); });
  loop.add_turn_hook(earlier);
  log.buffer_turns_of(loop);
  loop.post([&] {
    log.info("first");
    log.info("second");
    EXPECT_EQ(lines_.size(), 0u);
  });
  loop.turn();
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(lines_[0], MatchesRegex("\\{.*\"first\"\\}\n\\{.*\"second\"\\}\n\\{.*\"hook\"\\}"));
}

TEST_F(LogTest, x10_a_warning_and_what_went_before_it_are_written_at_once) {
  Log log = make();
  Loop loop(0, clock_);
  log.buffer_turns_of(loop);
  loop.post([&] {
    log.info("before");
    log.warning("trouble");
    ASSERT_EQ(lines_.size(), 2u);
    EXPECT_NE(lines_[0].find("before"), std::string::npos);
    EXPECT_NE(lines_[1].find("trouble"), std::string::npos);
  });
  while (loop.turn()) {
  }
  EXPECT_EQ(lines_.size(), 2u);
  log.info("outside of any turn");
  EXPECT_EQ(lines_.size(), 3u);
  // A loop whose lines are not collected; its index does not matter.
  Loop another(0, clock_);
  another.post([&] {
    log.info("from another loop");
    EXPECT_EQ(lines_.size(), 4u);
  });
  while (another.turn()) {
  }
}

TEST_F(LogTest, x10_a_turn_that_says_very_much_is_not_kept_in_memory) {
  Log log = make();
  Loop loop(0, clock_);
  log.buffer_turns_of(loop);
  loop.post([&] {
    const std::string text(Log::kMaxValueBytes, 'a');
    for (int i = 0; i < 1000; ++i) log.info("e", {{"v", text}});
    EXPECT_GT(lines_.size(), 10u);
  });
  while (loop.turn()) {
  }
  std::size_t written = 0;
  for (const std::string& each : lines_) {
    EXPECT_LT(each.size(), 128u << 10);
    written += each.size() + 1;
  }
  EXPECT_GT(written, 1000 * Log::kMaxValueBytes);
}

}  // namespace
}  // namespace belay::ops
