#include "core/log/message_number.hpp"

#include <gtest/gtest.h>

#include "core/log/testing/log_fixture.hpp"
#include "core/log/testing/numbered_dialect.hpp"
#include "core/types/payloads.hpp"

namespace belay {
namespace {

using testing::LogFixture;
using testing::NumberedDialect;
using testing::TestEvent;
using testing::TestLog;

// The bytes of each message that a reader from the beginning gets.
std::vector<std::string> walk_of(const NumberedDialect& dialect, const std::vector<TestEvent>& events) {
  std::vector<std::string> messages;
  EventCounts counts;
  std::string text;
  for (Offset offset = 1; offset <= events.size(); ++offset) {
    const TestEvent& event = events[offset - 1];
    std::string bytes;
    MessageWriter writer(plain_framing(), bytes);
    dialect.render({}, {offset, event.type, {}, event.payload}, counts, {event.epoch, offset}, writer);
    if (event.type == EventType::delta) text += event.payload;
    if (!writer.splices().empty()) bytes.insert(writer.splices().front().at, text);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t end = bytes.find('\n', at) + 1;
      messages.push_back(bytes.substr(at, end - at));
      at = end;
    }
    counts.add(event.type, event.payload);
  }
  return messages;
}

std::string joined_from(const std::vector<std::string>& messages, std::size_t from) {
  std::string all;
  for (std::size_t i = from; i < messages.size(); ++i) all += messages[i];
  return all;
}

void append_something(TestLog& log, SeededRandom& random) {
  switch (random.below(12)) {
    case 0:
      return log.append(EventType::stage, encode(Stage{std::string(kStageAnswer), {}, {}, {}}));
    case 1:
      return log.append(EventType::stage, encode(Stage{std::string(kStageRecovered), {}, {}, {}}));
    case 2:
      return log.append(EventType::part,
                        encode(PartEvent{static_cast<PartKind>(1 + random.below(3)), 0, "id", "name"}));
    case 3:
      return log.append(EventType::tool_delta, encode(ToolDelta{0, "{"}));
    case 4:
      return log.append(EventType::tool_call,
                        encode(ToolCallEvent{{"id", "n", "{}"}, random.below(2) ? "no" : ""}));
    case 5:
      return log.append(EventType::reasoning_delta, "hm");
    case 6:
      if (random.below(10) == 0) log.append(EventType::restarted, encode(Restarted{"why", {}}));
      return;
    default:
      return log.delta(std::string(1 + random.below(300), 'x'));
  }
}

std::optional<Result<NumberedPlace>> found(LogFixture& fixture, const std::shared_ptr<LogBuffer>& log,
                                           const NumberedDialect& dialect, std::uint64_t number) {
  std::optional<Result<NumberedPlace>> place;
  find_message(log, dialect, number, [&](Result<NumberedPlace> result) { place = std::move(result); });
  fixture.turns();
  return place;
}

std::uint64_t counted(LogFixture& fixture, const std::shared_ptr<LogBuffer>& log,
                      const NumberedDialect& dialect) {
  std::optional<Result<std::uint64_t>> count;
  count_messages(log, dialect, [&](Result<std::uint64_t> result) { count = std::move(result); });
  fixture.turns();
  EXPECT_TRUE(count && *count);
  return count && *count ? **count : 0;
}

// What a reader gets that begins at this message.
std::string read_from(LogFixture& fixture, const std::shared_ptr<LogBuffer>& log,
                      const NumberedDialect& dialect, std::uint64_t number) {
  const auto place = found(fixture, log, dialect, number);
  EXPECT_TRUE(place && *place) << number;
  if (!place || !*place) return {};
  testing::TestReader reader(
      std::make_unique<Subscription>(log, dialect, (*place)->event - 1, fixture.hub, (*place)->skip));
  for (int i = 0; i < 4000; ++i) {
    const auto state = reader.read();
    if (state == ByteSource::State::ended || state == ByteSource::State::lost ||
        (state == ByteSource::State::waiting && log->terminal() == 0))
      break;
    fixture.loop.turn();
  }
  return reader.got;
}

struct Conditions {
  std::uint64_t seed;
  std::size_t window;  // of the log in memory
  std::size_t ranges_per_read;
};

class MessageNumbers : public ::testing::TestWithParam<Conditions> {};

TEST_P(MessageNumbers, K22_a_number_equals_a_walk_in_memory_from_the_store_and_after_a_restart) {
  const Conditions conditions = GetParam();
  SeededRandom random(conditions.seed);
  const NumberedDialect dialect;
  for (int round = 0; round < 6; ++round) {
    LogFixture fixture(ByteCount{1});
    fixture.store.max_ranges_per_read = conditions.ranges_per_read;
    auto log = fixture.new_log();
    log->append(EventType::started, "request");
    for (std::uint64_t n = random.below(400); n > 0; --n) {
      append_something(*log, random);
      if (random.below(12) == 0) fixture.loop.turn();
      if (random.below(20) == 0) fixture.spill(log->log(), conditions.window);
    }
    fixture.loop.turn();
    if (random.below(2)) {
      // Another process takes the log over. It knows the counts because it has read the whole log.
      fixture.spill(log->log(), 0);
      EventCounts counts;
      for (const TestEvent& event : log->events) counts.add(event.type, event.payload);
      auto buffer = std::make_shared<LogBuffer>(log->log().head(), std::vector<EpochStart>{{}},
                                                log->log().last(), fixture.store, fixture.cache, counts);
      buffer->write_on(fixture.loop.index());
      auto after = std::make_unique<TestLog>(fixture.committer, std::move(buffer), fixture.clock);
      after->events = log->events;
      log = std::move(after);
      for (std::uint64_t n = random.below(100); n > 0; --n) append_something(*log, random);
    }
    const bool ends = random.below(3) != 0;
    if (ends) log->append(EventType::completed, encode(Terminal{}));
    fixture.loop.turn();
    fixture.spill(log->log(), conditions.window);
    const auto messages = walk_of(dialect, log->events);

    // The log of the process that wrote it, and that of one that has nothing but the store.
    std::vector<std::shared_ptr<LogBuffer>> logs{log->shared()};
    if (ends) {
      fixture.spill(log->log(), 0);
      logs.push_back(std::make_shared<LogBuffer>(log->log().head(), std::vector<EpochStart>{{}},
                                                 log->log().last(), fixture.store, fixture.cache));
      logs.back()->restore_terminal(log->log().last(), true);
    }
    for (const auto& each : logs) {
      for (int i = 0; i < 12; ++i) {
        const std::uint64_t number = random.below(messages.size() + 1);
        ASSERT_EQ(read_from(fixture, each, dialect, number), joined_from(messages, number)) << number;
      }
      EXPECT_EQ(counted(fixture, each, dialect), messages.size());
      const auto ahead = found(fixture, each, dialect, messages.size() + 1);
      ASSERT_TRUE(ahead && !*ahead);
      EXPECT_EQ(ahead->error().code, ErrorCode::position_ahead);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MessageNumbers,
                         ::testing::Values(Conditions{1, 1, SIZE_MAX}, Conditions{2, 1, 1},
                                           Conditions{3, 8 << 10, SIZE_MAX}, Conditions{4, 1 << 20, 1},
                                           Conditions{5, 2 << 10, 2}, Conditions{6, 1, 3}));

TEST(MessageNumber, K22_a_search_reads_only_the_block_with_the_message_where_the_counts_are_known) {
  LogFixture fixture(ByteCount{1});
  const NumberedDialect dialect;
  const auto log = fixture.new_log();
  for (int i = 0; i < 4000; ++i) {
    log->delta(std::string(100, 'x'));
    if (i % 100 == 0) fixture.loop.turn();
  }
  fixture.loop.turn();
  fixture.spill(log->log(), 1);
  const std::uint64_t reads = fixture.store.reads;
  const auto place = found(fixture, log->shared(), dialect, 2000);
  ASSERT_TRUE(place && *place);
  EXPECT_EQ((*place)->event, 2000u);
  EXPECT_LE(fixture.store.reads - reads, 1u);
}

TEST(MessageNumber, K22_the_events_of_a_log_that_is_no_longer_kept_are_expired) {
  LogFixture fixture(ByteCount{1});
  const NumberedDialect dialect;
  const auto log =
      std::make_shared<LogBuffer>(LogHead{RunId::make(fixture.clock, fixture.random), "ada", "x"},
                                  std::vector<EpochStart>{{}}, 50, fixture.store, fixture.cache);
  log->restore_terminal(50, true);
  const auto place = found(fixture, log, dialect, 7);
  ASSERT_TRUE(place && !*place);
  EXPECT_EQ(place->error().code, ErrorCode::expired);
}

}  // namespace
}  // namespace belay
