#include "core/log/log_block.hpp"

#include <gtest/gtest.h>

#include "core/log/testing/test_dialect.hpp"
#include "core/log/testing/test_framing.hpp"

namespace belay {
namespace {

using testing::expected_bytes;
using testing::TestDialect;
using testing::TestEvent;

const LogHead kHead;
constexpr WallTime kNow{1'795'000'000'000};

std::string text_of(const ByteRanges& ranges) {
  std::string out;
  for (std::size_t i = 0; i < ranges.count; ++i)
    out.append(static_cast<const char*>(ranges.ranges[i].iov_base), ranges.ranges[i].iov_len);
  EXPECT_EQ(out.size(), ranges.bytes);
  return out;
}

std::string collected(Rendition& rendition, std::uint32_t index, std::uint32_t skip,
                      std::uint32_t last = UINT32_MAX) {
  ByteRanges ranges;
  ranges.clear();
  rendition.collect({index, skip}, last, ranges);
  return text_of(ranges);
}

struct Filled {
  explicit Filled(std::vector<TestEvent> all, std::size_t capacity = 1 << 20)
      : events(std::move(all)), block(1, 1, kNow, capacity) {
    for (const TestEvent& event : events) EXPECT_TRUE(block.append(event.type, kNow, event.payload));
    block.publish(block.written());
  }
  std::vector<TestEvent> events;
  LogBlock block;
};

std::vector<TestEvent> some_events() {
  return {{EventType::started, "request"}, {EventType::delta, "Hello"},
          {EventType::stage, "x"},         {EventType::delta, " wörld"},
          {EventType::stage, "y"},         {EventType::delta, std::string(5000, 'z')},
          {EventType::delta, "end"}};
}

TEST(LogBlock, holds_what_fits_and_says_when_it_is_full) {
  LogBlock block(1, 1, kNow, 100);
  EXPECT_TRUE(block.append(EventType::delta, kNow, std::string(30, 'a')));
  EXPECT_TRUE(block.append(EventType::delta, kNow, std::string(30, 'b')));
  const auto before = block.written();
  EXPECT_FALSE(block.append(EventType::delta, kNow, std::string(30, 'c')));
  EXPECT_EQ(block.written().count, before.count);
  EXPECT_EQ(block.written().bytes, before.bytes);
}

TEST(LogBlock, shows_readers_nothing_before_it_is_published) {
  LogBlock block(1, 5, kNow, 1000);
  const TestDialect dialect;
  ASSERT_TRUE(block.append(EventType::delta, kNow, "one"));
  EXPECT_EQ(block.published().count, 0u);
  EXPECT_EQ(collected(block.rendition(dialect, kHead), 0, 0), "");
  block.publish(block.written());
  ASSERT_TRUE(block.append(EventType::delta, kNow, "two"));
  EXPECT_EQ(collected(block.rendition(dialect, kHead), 0, 0), "[1-5 delta one]");
  block.publish(block.written());
  EXPECT_EQ(collected(block.rendition(dialect, kHead), 0, 0), "[1-5 delta one][1-6 delta two]");
}

TEST(LogBlock, gives_its_bytes_as_events_of_the_archive) {
  const Filled filled(some_events());
  const EventRange range = filled.block.published_range();
  EventReader reader(range);
  Event event;
  for (const TestEvent& wanted : filled.events) {
    ASSERT_TRUE(reader.next(event));
    EXPECT_EQ(event.type, wanted.type);
    EXPECT_EQ(event.payload, wanted.payload);
  }
  EXPECT_FALSE(reader.next(event));
  EXPECT_TRUE(reader.ok());

  // A block made from these bytes renders the same.
  const TestDialect dialect;
  LogBlock again(1, range.first, range.base_time, filled.block.published().count, range.bytes);
  EXPECT_EQ(collected(again.rendition(dialect, kHead), 0, 0), expected_bytes(dialect, filled.events, 0));
}

TEST(LogBlock, X4_all_readers_of_a_dialect_share_one_rendition) {
  Filled filled(some_events());
  const TestDialect one, other;
  EXPECT_EQ(&filled.block.rendition(one, kHead), &filled.block.rendition(one, kHead));
  EXPECT_NE(&filled.block.rendition(one, kHead), &filled.block.rendition(other, kHead));
}

TEST(LogBlock, X4_a_dialect_has_one_rendition_for_each_framing) {
  Filled filled({{EventType::delta, "a"}});
  const TestDialect dialect;
  const testing::TestFraming framing;
  Rendition& framed = filled.block.rendition({dialect, framing}, kHead);
  EXPECT_NE(&framed, &filled.block.rendition(dialect, kHead));
  EXPECT_EQ(&framed, &filled.block.rendition({dialect, framing}, kHead));
  EXPECT_EQ(collected(framed, 0, 0), "( )w13<[1-1 delta a]>");
  EXPECT_EQ(collected(filled.block.rendition(dialect, kHead), 0, 0), "[1-1 delta a]");
}

TEST(Rendition, X1_reads_on_at_every_byte_and_knows_every_place) {
  Filled filled(some_events());
  TestDialect::Options options;
  options.hidden = EventType::stage;
  const TestDialect dialect(options);
  Rendition& rendition = filled.block.rendition(dialect, kHead);
  const std::string all = expected_bytes(dialect, filled.events, 0);
  for (std::size_t bytes = 0; bytes <= all.size(); ++bytes) {
    const Rendition::Place place = rendition.advance({0, 0}, bytes);
    EXPECT_EQ(collected(rendition, place.index, place.skip), all.substr(bytes)) << bytes;
    // A place is never at the end of an event, but at the beginning of the next event that renders to
    // something.
    if (place.index < filled.events.size()) {
      EXPECT_LT(place.skip, rendition.size_of(place.index)) << bytes;
    } else {
      EXPECT_EQ(place.skip, 0u);
    }
    // Two steps lead to the same place as one.
    const Rendition::Place half = rendition.advance({0, 0}, bytes / 2);
    const Rendition::Place there = rendition.advance(half, bytes - bytes / 2);
    EXPECT_EQ(there.index, place.index);
    EXPECT_EQ(there.skip, place.skip);
  }
}

TEST(Rendition, X1_is_the_same_bytes_however_often_it_is_extended) {
  const TestDialect dialect;
  const std::vector<TestEvent> events = some_events();
  LogBlock block(1, 1, kNow, 1 << 20);
  Rendition& rendition = block.rendition(dialect, kHead);
  for (std::size_t i = 0; i < events.size(); ++i) {
    ASSERT_TRUE(block.append(events[i].type, kNow, events[i].payload));
    block.publish(block.written());
    const std::vector<TestEvent> so_far(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    EXPECT_EQ(collected(rendition, 0, 0), expected_bytes(dialect, so_far, 0));
  }
}

TEST(Rendition, published_bytes_never_move) {
  const TestDialect dialect;
  LogBlock block(1, 1, kNow, 1 << 20);
  Rendition& rendition = block.rendition(dialect, kHead);
  ASSERT_TRUE(block.append(EventType::delta, kNow, "first"));
  block.publish(block.written());
  ByteRanges first;
  first.clear();
  rendition.collect({0, 0}, 0, first);
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(block.append(EventType::delta, kNow, "more and more"));
    block.publish(block.written());
    ByteRanges more;
    more.clear();
    rendition.collect({static_cast<std::uint32_t>(i), 0}, static_cast<std::uint32_t>(i + 1), more);
    EXPECT_GT(more.bytes, 0u);
  }
  EXPECT_EQ(text_of(first), "[1-1 delta first]");
}

TEST(Rendition, a_frame_larger_than_a_chunk_stands_in_one_piece) {
  TestDialect::Options options;
  options.padding = 200'000;
  const TestDialect dialect(options);
  Filled filled(
      {{EventType::delta, "a"}, {EventType::delta, std::string(100'000, 'b')}, {EventType::delta, "c"}});
  Rendition& rendition = filled.block.rendition(dialect, kHead);
  for (std::uint32_t i = 0; i < 3; ++i) {
    ByteRanges ranges;
    ranges.clear();
    rendition.collect({i, 0}, i, ranges);
    EXPECT_EQ(ranges.count, 1u);
    EXPECT_EQ(ranges.bytes, rendition.size_of(i));
  }
  EXPECT_EQ(collected(rendition, 0, 0), expected_bytes(dialect, filled.events, 0));
}

TEST(Rendition, gives_no_more_ranges_than_fit) {
  TestDialect::Options options;
  options.padding = 40'000;  // one chunk each
  const TestDialect dialect(options);
  Filled filled(std::vector<TestEvent>(40, {EventType::delta, "x"}));
  Rendition& rendition = filled.block.rendition(dialect, kHead);
  const std::string all = expected_bytes(dialect, filled.events, 0);
  std::string got;
  Rendition::Place place{0, 0};
  while (place.index < 40) {
    ByteRanges ranges;
    ranges.clear();
    rendition.collect(place, UINT32_MAX, ranges);
    ASSERT_LE(ranges.count, ByteRanges::kMax);
    ASSERT_GT(ranges.bytes, 0u);
    got += text_of(ranges);
    place = rendition.advance(place, ranges.bytes);
  }
  EXPECT_EQ(got, all);
}

TEST(Rendition, K20_a_walk_stops_where_something_is_inserted_and_goes_on_behind_it) {
  const TestDialect dialect;
  Filled filled({{EventType::delta, "a"}, {EventType::completed, ""}});
  Rendition& rendition = filled.block.rendition(dialect, kHead);
  ByteRanges ranges;
  const Rendition::Place ahead = rendition.collect({0, 0}, 1, ranges);
  EXPECT_EQ(text_of(ranges), "[1-1 delta a][1-2 completed \"");
  EXPECT_EQ(ahead.index, 1u);
  EXPECT_EQ(ahead.skip, std::string("[1-2 completed \"").size());
  ASSERT_EQ(ahead.splice, Rendition::Splice::ahead);
  EXPECT_EQ(rendition.splice_at(ahead).body, &answer_text());
  EXPECT_EQ(rendition.splice_at(ahead).from, 1u);
  ByteRanges none;
  EXPECT_EQ(rendition.collect({ahead.index, ahead.skip}, 1, none).splice, Rendition::Splice::ahead);
  EXPECT_EQ(none.bytes, 0u);
  ByteRanges rest;
  const Rendition::Place end =
      rendition.collect({ahead.index, ahead.skip, Rendition::Splice::behind}, 1, rest);
  EXPECT_EQ(text_of(rest), "\"]");
  EXPECT_EQ(end.index, 2u);
  EXPECT_EQ(end.splice, Rendition::Splice::none);
}

}  // namespace
}  // namespace belay
