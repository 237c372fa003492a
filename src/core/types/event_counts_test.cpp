#include "core/types/event_counts.hpp"

#include <gtest/gtest.h>

#include "core/types/payloads.hpp"

namespace belay {
namespace {

std::string part(PartKind kind) {
  return encode(PartEvent{kind, 0, {}, {}});
}
std::string stage(std::string_view name) {
  return encode(Stage{std::string(name), {}, {}, {}});
}
std::string call(std::string problem = {}) {
  return encode(ToolCallEvent{{"id", "name", "{}"}, std::move(problem)});
}

struct Counting {
  EventCounts counts;
  Counting& add(EventType type, const std::string& payload = {}) {
    counts.add(type, payload);
    return *this;
  }
};

TEST(EventCounts, every_event_is_counted_in_one_place) {
  Counting counting;
  for (int type = 0; type < 256; ++type)
    if (is_known(static_cast<EventType>(type))) counting.add(static_cast<EventType>(type));
  EventCounts expected;
  expected.started = expected.stages = expected.deltas = expected.reasoning_deltas = expected.tool_deltas = 1;
  expected.text_parts = 2;  // with the delta, and with the `part`
  expected.reasoning_parts = expected.whole_calls = expected.usages = expected.restarts = 1;
  expected.completed = expected.failed = expected.cancelled = expected.interrupted = 1;
  expected.others = 5;  // suggestion, upload_processed, slow, and what only channels have
  expected.events = counting.counts.events;
  expected.open_from = counting.counts.open_from;
  EXPECT_EQ(counting.counts, expected);
}

TEST(EventCounts, K20_a_text_part_begins_with_its_first_delta) {
  Counting counting;
  counting.add(EventType::started).add(EventType::stage, stage(kStageAnswer));
  EXPECT_EQ(counting.counts.answers, 1u);
  EXPECT_EQ(counting.counts.stages, 0u);
  EXPECT_EQ(counting.counts.begun_by(EventType::delta, "a"), PartKind::text);
  counting.add(EventType::delta, "a");
  EXPECT_EQ(counting.counts.open, PartKind::text);
  EXPECT_EQ(counting.counts.begun_by(EventType::delta, "b"), std::nullopt);
  counting.add(EventType::delta, "b");
  EXPECT_EQ(counting.counts.text_parts, 1u);
  EXPECT_EQ(counting.counts.deltas, 2u);
}

TEST(EventCounts, K20_the_open_part_is_known_by_the_event_with_which_it_began) {
  Counting counting;
  counting.add(EventType::started).add(EventType::stage, stage(kStageAnswer));
  counting.add(EventType::delta, "a").add(EventType::delta, "b");
  EXPECT_EQ(counting.counts.events, 4u);
  EXPECT_EQ(counting.counts.open_from, 3u);
  counting.add(EventType::part, part(PartKind::reasoning)).add(EventType::reasoning_delta, "r");
  EXPECT_EQ(counting.counts.open_from, 5u);
  counting.add(EventType::delta, "t");
  EXPECT_EQ(counting.counts.open_from, 7u);
  EXPECT_EQ(counting.counts.parts(), 3u);
}

TEST(EventCounts, K20_a_part_that_an_event_begins_is_not_begun_again_by_its_first_piece) {
  Counting counting;
  EXPECT_EQ(counting.counts.begun_by(EventType::part, part(PartKind::reasoning)), PartKind::reasoning);
  counting.add(EventType::part, part(PartKind::reasoning));
  EXPECT_EQ(counting.counts.begun_by(EventType::reasoning_delta, "r"), std::nullopt);
  counting.add(EventType::reasoning_delta, "r");
  EXPECT_EQ(counting.counts.begun_by(EventType::delta, "t"), PartKind::text);
  counting.add(EventType::part, part(PartKind::text)).add(EventType::delta, "t");
  EXPECT_EQ(counting.counts.reasoning_parts, 1u);
  EXPECT_EQ(counting.counts.text_parts, 1u);
  EXPECT_EQ(counting.counts.open, PartKind::text);
}

TEST(EventCounts, K25_a_call_that_a_part_has_begun_is_a_streamed_one) {
  Counting counting;
  counting.add(EventType::part, part(PartKind::tool_call))
      .add(EventType::tool_delta, encode(ToolDelta{0, "{"}));
  counting.add(EventType::part, part(PartKind::tool_call));
  EXPECT_EQ(counting.counts.open_calls, 2u);
  counting.add(EventType::tool_call, call()).add(EventType::tool_call, call("It has no name."));
  EXPECT_EQ(counting.counts.open_calls, 0u);
  EXPECT_EQ(counting.counts.streamed_calls, 2u);
  counting.add(EventType::tool_call, call()).add(EventType::tool_call, call("It has no name."));
  EXPECT_EQ(counting.counts.streamed_calls, 2u);
  EXPECT_EQ(counting.counts.whole_calls, 1u);
  EXPECT_EQ(counting.counts.refused_calls, 1u);
  EXPECT_EQ(counting.counts.begun_by(EventType::delta, "t"), PartKind::text)
      << "text after a call is another part";
}

TEST(EventCounts, K35_a_piece_of_a_call_is_late_when_another_part_has_begun) {
  Counting counting;
  counting.add(EventType::part, part(PartKind::tool_call))
      .add(EventType::tool_delta, encode(ToolDelta{0, "{\"a\":"}));
  EXPECT_TRUE(counting.counts.is_open_call(0));
  counting.add(EventType::part, encode(PartEvent{PartKind::tool_call, 1, {}, {}}));
  EXPECT_FALSE(counting.counts.is_open_call(0));
  EXPECT_TRUE(counting.counts.is_open_call(1));
  counting.add(EventType::tool_delta, encode(ToolDelta{1, "{\"b\":"}));
  EXPECT_EQ(counting.counts.late_tool_deltas, 0u);
  counting.add(EventType::tool_delta, encode(ToolDelta{0, "1}"}));
  EXPECT_EQ(counting.counts.late_tool_deltas, 1u);
  counting.add(EventType::delta, "t").add(EventType::tool_delta, encode(ToolDelta{1, "2}"}));
  EXPECT_EQ(counting.counts.late_tool_deltas, 2u);
  counting.add(EventType::tool_delta, encode(ToolDelta{0, "{}"}))
      .add(EventType::tool_delta, encode(ToolDelta{0, " \n"}));
  EXPECT_EQ(counting.counts.late_tool_deltas, 2u) << "these say nothing";
  EXPECT_EQ(counting.counts.tool_deltas, 6u);
}

TEST(EventCounts, X2_a_restart_forgets_what_was_open_and_keeps_the_counts) {
  Counting counting;
  counting.add(EventType::delta, "a").add(EventType::part, part(PartKind::tool_call));
  counting.add(EventType::restarted, encode(Restarted{"why", {}}));
  EXPECT_EQ(counting.counts.open, std::nullopt);
  EXPECT_EQ(counting.counts.open_calls, 0u);
  EXPECT_EQ(counting.counts.text_parts, 1u);
  counting.add(EventType::delta, "a").add(EventType::tool_call, call());
  EXPECT_EQ(counting.counts.text_parts, 2u);
  EXPECT_EQ(counting.counts.deltas, 2u);
  EXPECT_EQ(counting.counts.whole_calls, 1u);
}

}  // namespace
}  // namespace belay
