#include "core/types/event.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace belay {
namespace {

using namespace std::string_view_literals;

constexpr WallTime kBase{1'000'000};

TEST(Events, come_back_side_by_side_with_offsets_counted_from_the_first) {
  std::string bytes;
  append_event(EventType::started, Milliseconds(0), "request", bytes);
  append_event(EventType::delta, Milliseconds(5), "", bytes);
  append_event(EventType::completed, Milliseconds(100'000), std::string(1000, 'x'), bytes);

  EventReader reader({40, kBase, bytes});
  Event event;
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.offset, 40u);
  EXPECT_EQ(event.type, EventType::started);
  EXPECT_EQ(event.time, kBase);
  EXPECT_EQ(event.payload, "request");
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.offset, 41u);
  EXPECT_EQ(event.time, kBase + Milliseconds(5));
  EXPECT_EQ(event.payload, "");
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.offset, 42u);
  EXPECT_EQ(event.time, kBase + Milliseconds(100'000));
  EXPECT_EQ(event.payload, std::string(1000, 'x'));
  EXPECT_FALSE(reader.next(event));
  EXPECT_TRUE(reader.ok());
}

TEST(Events, a_clock_that_was_set_back_gives_the_base_time) {
  std::string bytes;
  append_event(EventType::delta, Milliseconds(-50), "x", bytes);
  EventReader reader({1, kBase, bytes});
  Event event;
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.time, kBase);
}

TEST(Events, never_take_more_than_what_is_reckoned_with) {
  for (const std::size_t size : {0u, 1u, 127u, 128u, 70'000u}) {
    std::string bytes;
    append_event(EventType::delta, Milliseconds(INT64_MAX), std::string(size, 'x'), bytes);
    EXPECT_LE(bytes.size(), encoded_event_size(size));
  }
}

TEST(Events, bytes_that_are_cut_off_give_the_whole_events_before_the_cut) {
  std::string bytes;
  append_event(EventType::delta, Milliseconds(1), "first", bytes);
  const std::size_t first_end = bytes.size();
  append_event(EventType::delta, Milliseconds(2), "second", bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    EventReader reader({1, kBase, std::string_view(bytes).substr(0, cut)});
    Event event;
    std::size_t count = 0;
    while (reader.next(event)) ++count;
    EXPECT_EQ(count, cut >= first_end ? 1u : 0u) << cut;
    EXPECT_EQ(reader.ok(), cut == 0 || cut == first_end) << cut;
  }
}

TEST(Events, what_is_no_event_is_told_as_broken) {
  for (const std::string_view bytes : {
           "\x00\x00\x00"sv,                                       // unknown type
           "\x14\x00\x00"sv,                                       // another unknown type
           "\x03\x00\x02x"sv,                                      // shorter than its size
           "\x03\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F\x00"sv,       // a time of 2^63 - 1
           "\x03\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x00"sv,   // and 2^64 - 1
           "\x03\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01x"sv,  // a size of 2^64 - 1
           "\x03\x80"sv,
       }) {
    EventReader reader({1, kBase, bytes});
    Event event;
    EXPECT_FALSE(reader.next(event));
    EXPECT_FALSE(reader.ok());
    EXPECT_FALSE(reader.next(event));
  }
}

TEST(Events, random_bytes_are_read_without_harm) {
  SeededRandom random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random.below(60), '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    if (!bytes.empty()) bytes[0] = 3;
    EventReader reader({1, kBase, bytes});
    Event event;
    std::size_t payloads = 0;
    while (reader.next(event)) payloads += event.payload.size();
    EXPECT_LE(payloads, bytes.size());
  }
}

TEST(Events, every_type_has_a_name_and_only_four_are_terminal) {
  int terminal = 0, known = 0;
  for (int i = 0; i < 256; ++i) {
    const auto type = static_cast<EventType>(i);
    known += is_known(type);
    terminal += is_known(type) && is_terminal(type);
  }
  EXPECT_EQ(known, 18);
  EXPECT_EQ(terminal, 4);
  EXPECT_EQ(to_string(EventType::upload_processed), "upload_processed");
  EXPECT_EQ(static_cast<int>(EventType::part), 13);
  EXPECT_EQ(static_cast<int>(EventType::tool_delta), 14);
}

}  // namespace
}  // namespace belay
