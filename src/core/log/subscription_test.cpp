#include "core/log/subscription.hpp"

#include <gtest/gtest.h>

#include "core/log/testing/log_fixture.hpp"
#include "core/log/testing/test_framing.hpp"

namespace belay {
namespace {

using testing::expected_bytes;
using testing::LogFixture;
using testing::TestDialect;
using testing::TestLog;
using testing::TestReader;
using State = ByteSource::State;

// An answer with all kinds of events, sizes and characters, but without its end.
void append_answer(TestLog& log, int deltas, Random& random) {
  log.append(EventType::started, "request");
  log.append(EventType::stage, "provider");
  static const std::vector<std::string> kPieces = {"a", "word ", "\"quoted\" \\ \n", "žluťoučký 😀 ",
                                                   std::string("\x01\x1F")};
  for (int i = 0; i < deltas; ++i) {
    if (random.below(10) == 0) log.append(EventType::stage, "s");
    std::string text;
    const std::uint64_t pieces = random.below(30) == 0 ? 2000 : random.below(6) + 1;
    for (std::uint64_t p = 0; p < pieces; ++p) text += kPieces[random.below(kPieces.size())];
    log.delta(std::move(text));
  }
}

// Reads in random portions until the end. The loop runs a turn whenever there is nothing to read. Returns
// false if the end never came.
bool read_to_end(LogFixture& fixture, TestReader& reader, Random& random) {
  for (int idle = 0; idle < 20;) {
    if (reader.read_at_whim(random)) {
      idle = 0;
      continue;
    }
    if (reader.state == State::ended) return true;
    if (reader.state == State::lost) return false;
    fixture.loop.turn();
    ++idle;
  }
  return false;
}

TEST(Subscription, X1_from_every_offset_a_reader_gets_exactly_what_follows_however_its_socket_takes_it) {
  LogFixture fixture;
  const TestDialect dialect;
  const auto log = fixture.new_log();
  append_answer(*log, 60, fixture.random);
  log->append(EventType::completed, "");
  fixture.loop.turn();
  for (Offset after = 0; after <= log->log().last(); ++after) {
    auto reader = fixture.reader(log->shared(), dialect, after);
    ASSERT_TRUE(read_to_end(fixture, reader, fixture.random));
    EXPECT_EQ(reader.got, expected_bytes(dialect, log->events, after)) << after;
  }
  EXPECT_EQ(fixture.store.reads, 0u);
}

TEST(Subscription, X1_every_byte_is_a_place_to_stop_and_go_on) {
  LogFixture fixture;
  const TestDialect dialect;
  const auto log = fixture.new_log();
  log->append(EventType::started, "r");
  log->delta("Hi \"you\"\n");
  log->append(EventType::stage, "s");
  log->delta("😀");
  log->append(EventType::completed, "");
  fixture.loop.turn();
  const std::string all = expected_bytes(dialect, log->events, 0);
  ASSERT_NE(all.find(R"(completed "Hi \"you\"\n😀"])"), std::string::npos);
  for (std::size_t first = 0; first <= all.size(); ++first)
    for (std::size_t step : {std::size_t(1), std::size_t(7), SIZE_MAX}) {
      auto reader = fixture.reader(log->shared(), dialect);
      while (reader.got.size() < first) ASSERT_TRUE(reader.read_some(first - reader.got.size()));
      while (reader.read_some(step)) {
      }
      EXPECT_EQ(reader.state, State::ended);
      EXPECT_EQ(reader.got, all) << first;
    }
}

TEST(Subscription, F2_it_says_when_nothing_follows_yet) {
  LogFixture fixture;
  const TestDialect dialect;
  const auto log = fixture.new_log();
  log->delta("a");
  fixture.loop.turn();
  Subscription reader(log->shared(), dialect, 0, fixture.hub);
  ByteRanges ranges;
  const auto peek = [&] {
    EXPECT_EQ(reader.peek(ranges), ByteSource::State::ready);
    reader.consume(0);
    return ranges.newest;
  };
  EXPECT_TRUE(peek());
  log->delta("b");
  EXPECT_TRUE(peek()) << "what is not published does not exist";
  fixture.loop.turn();
  EXPECT_TRUE(peek());
  for (int i = 0; i < 200; ++i) {
    log->delta(std::string(40'000, 'x'));
    fixture.loop.turn();
  }
  EXPECT_FALSE(peek()) << "more than one peek holds";
  log->append(EventType::completed, "");
  fixture.loop.turn();
  EXPECT_FALSE(peek()) << "its end is another state";
}

TEST(Subscription, A3_the_text_of_a_long_answer_is_spliced_into_its_end_from_the_archive) {
  LogFixture fixture(ByteCount{1});
  const TestDialect dialect;
  const auto log = fixture.new_log();
  append_answer(*log, 2000, fixture.random);
  log->append(EventType::completed, "");
  fixture.loop.turn();
  fixture.spill(log->log(), 1);
  ASSERT_EQ(log->log().find(1), nullptr) << "the beginning is to be read back";
  const std::string all = expected_bytes(dialect, log->events, 0);
  ASSERT_GT(all.size(), 200'000u);
  auto whole = fixture.reader(log->shared(), dialect);
  ASSERT_TRUE(read_to_end(fixture, whole, fixture.random));
  EXPECT_EQ(whole.got, all);
  // Resumes right before the end: only the terminal event, which contains the whole text.
  const Offset last = log->log().last();
  auto resumed = fixture.reader(log->shared(), dialect, last - 1);
  ASSERT_TRUE(read_to_end(fixture, resumed, fixture.random));
  EXPECT_EQ(resumed.got, expected_bytes(dialect, log->events, last - 1));
  EXPECT_GT(fixture.store.reads, 2u);
}

TEST(Subscription, A3_each_piece_of_the_spliced_text_is_framed_wherever_the_reader_stops) {
  LogFixture fixture;
  const TestDialect dialect;
  const testing::TestFraming framing;
  const auto log = fixture.new_log();
  log->append(EventType::started, "r");
  log->delta("Hi \"you\"");
  log->append(EventType::stage, "s");
  log->delta("😀");
  log->append(EventType::completed, "");
  fixture.loop.turn();
  const std::string all =
      "( )w13<[1-1 started]>( )w20<[1-2 delta Hi \"you\"]>( )w11<[1-3 stage]>( )w16<[1-4 delta 😀]>"
      "( )f16<[1-5 completed \">m10<Hi \\\"you\\\">m4<😀>l2<\"]>";
  for (std::size_t first = 0; first <= all.size(); ++first)
    for (std::size_t step : {std::size_t(1), std::size_t(7), SIZE_MAX}) {
      auto reader = fixture.reader(log->shared(), {dialect, framing});
      while (reader.got.size() < first) ASSERT_TRUE(reader.read_some(first - reader.got.size()));
      while (reader.read_some(step)) {
      }
      EXPECT_EQ(reader.state, State::ended);
      EXPECT_EQ(reader.got, all) << first;
    }
}

TEST(Subscription, A3_the_spliced_text_begins_where_the_answer_began_anew) {
  LogFixture fixture;
  TestDialect::Options options;
  options.text_from = 4;
  const TestDialect dialect(options);
  const auto log = fixture.new_log();
  log->append(EventType::started, "r");
  log->delta("dropped");
  log->append(EventType::restarted, "");
  log->delta("kept");
  log->append(EventType::completed, "");
  fixture.loop.turn();
  auto reader = fixture.reader(log->shared(), dialect, 4);
  reader.read();
  EXPECT_EQ(reader.got, "[1-5 completed \"kept\"]");
}

// Each stage repeats the text so far, twice in one message; a message of its own stands before and behind it.
class RepeatingDialect final : public Dialect {
 public:
  void render(const LogHead&, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    if (event.type == EventType::delta) return;
    writer.begin({}).append("<");
    writer.end();
    std::string& out = writer.begin({});
    out.append("[").append(to_string(event.type)).append(" ");
    writer.splice_answer(1);
    out.append("|");
    writer.splice(reasoning_text(), 2);
    out.append("|");
    writer.splice_answer(4);
    out.append("]");
    writer.end();
    writer.begin({}).append(">");
    writer.end();
  }
};

TEST(Subscription, K20_any_event_may_insert_several_texts_wherever_the_reader_stops) {
  for (const bool archived : {false, true}) {
    LogFixture fixture(ByteCount{1});
    const RepeatingDialect dialect;
    const auto log = fixture.new_log();
    log->append(EventType::started, "r");
    log->append(EventType::reasoning_delta, "hm");
    log->delta("a\n");
    log->append(EventType::stage, "s");
    log->delta("b");
    log->append(EventType::reasoning_delta, "!");
    log->append(EventType::completed, "");
    fixture.loop.turn();
    if (archived) fixture.spill(log->log(), 1);
    const std::string all =
        "<[started ||]><[reasoning_delta ||]><[stage a\\n|hm|]><[reasoning_delta a\\nb|hm|b]>"
        "<[completed a\\nb|hm!|b]>";
    for (std::size_t first = 0; first <= all.size(); ++first)
      for (std::size_t step : {std::size_t(1), std::size_t(3), SIZE_MAX}) {
        auto reader = fixture.reader(log->shared(), {dialect, plain_framing()});
        for (int idle = 0; idle < 50 && reader.state != State::ended; ++idle) {
          while (reader.got.size() < first && reader.read_some(first - reader.got.size())) idle = 0;
          while (reader.got.size() >= first && reader.read_some(step)) idle = 0;
          fixture.loop.turn();
        }
        ASSERT_EQ(reader.state, State::ended);
        ASSERT_EQ(reader.got, all) << first;
      }
  }
}

TEST(Subscription, K20_inserted_texts_are_read_back_from_the_archive_block_by_block) {
  LogFixture fixture(ByteCount{1});
  const RepeatingDialect dialect;
  const auto log = fixture.new_log();
  log->append(EventType::started, "r");
  std::string text, late;
  for (int i = 0; i < 3'000; ++i) {
    const std::string piece = std::to_string(i) + " " + std::string(fixture.random.below(200), 'x');
    text += piece;
    if (i != 0 && i != 1) late += piece;
    log->delta(piece);
  }
  log->append(EventType::stage, "s");
  log->delta("end");
  log->append(EventType::completed, "");
  fixture.loop.turn();
  fixture.spill(log->log(), 0);
  auto reader = fixture.reader(log->shared(), {dialect, plain_framing()});
  ASSERT_TRUE(read_to_end(fixture, reader, fixture.random));
  EXPECT_EQ(reader.got, "<[started ||]><[stage " + text + "||" + late + "]><[completed " + text + "end||" +
                            late + "end]>");
}

TEST(Subscription, an_end_without_any_text_or_without_a_splice_is_whole) {
  for (const bool splices : {true, false}) {
    LogFixture fixture;
    TestDialect::Options options;
    options.splices = splices;
    const TestDialect dialect(options);
    const auto log = fixture.new_log();
    log->append(EventType::started, "r");
    log->append(EventType::failed, "");
    fixture.loop.turn();
    auto reader = fixture.reader(log->shared(), dialect);
    EXPECT_EQ(reader.read(), State::ended);
    EXPECT_EQ(reader.got, splices ? "[1-1 started][1-2 failed \"\"]" : "[1-1 started][1-2 failed]");
  }
}

TEST(Subscription, a_reader_who_has_the_end_already_gets_nothing_more) {
  LogFixture fixture;
  const TestDialect dialect;
  const auto log = fixture.new_log();
  log->append(EventType::started, "r");
  log->append(EventType::completed, "");
  fixture.loop.turn();
  auto reader = fixture.reader(log->shared(), dialect, 2);
  EXPECT_EQ(reader.read(), State::ended);
  EXPECT_EQ(reader.got, "");
}

TEST(Subscription, events_that_render_to_nothing_are_passed_wherever_they_stand) {
  for (const EventType hidden :
       {EventType::started, EventType::stage, EventType::delta, EventType::usage, EventType::completed}) {
    LogFixture fixture;
    TestDialect::Options options;
    options.hidden = hidden;
    const TestDialect dialect(options);
    const auto log = fixture.new_log();
    auto live = fixture.reader(log->shared(), dialect);
    append_answer(*log, 300, fixture.random);
    for (int i = 0; i < 3000; ++i) log->append(EventType::usage, "");
    fixture.loop.turn();
    EXPECT_EQ(live.read(), State::waiting);
    log->append(EventType::completed, "");
    fixture.loop.turn();
    EXPECT_EQ(live.read(), State::ended);
    EXPECT_EQ(live.got, expected_bytes(dialect, log->events, 0)) << to_string(hidden);
    for (const Offset after : {1u, 2u, 3u, 100u, 301u, 1000u}) {
      auto late = fixture.reader(log->shared(), dialect, after);
      ASSERT_TRUE(read_to_end(fixture, late, fixture.random));
      EXPECT_EQ(late.got, expected_bytes(dialect, log->events, after))
          << to_string(hidden) << " after " << after;
    }
  }
}

TEST(Subscription, waiting_is_between_two_frames_and_loading_is_not) {
  LogFixture fixture(ByteCount{1});
  const TestDialect dialect;
  const auto log = fixture.new_log();
  append_answer(*log, 400, fixture.random);
  fixture.loop.turn();
  auto reader = fixture.reader(log->shared(), dialect);
  EXPECT_EQ(reader.read(), State::waiting);
  fixture.spill(log->log(), 1);
  fixture.store.hold();
  auto late = fixture.reader(log->shared(), dialect);
  EXPECT_FALSE(late.read_some(1));
  EXPECT_EQ(late.state, State::loading);
  EXPECT_FALSE(late.read_some(1));
  EXPECT_EQ(fixture.store.waiting(), 1u) << "asked once";
  fixture.store.let_go();
  EXPECT_EQ(late.wakes, 0) << "not from inside the store";
  fixture.loop.turn();
  EXPECT_EQ(late.wakes, 1);
  EXPECT_TRUE(late.read_some(1));
}

TEST(Subscription, X6_a_reader_whose_socket_is_full_holds_no_memory) {
  LogFixture fixture(ByteCount{1});
  const TestDialect dialect;
  const auto log = fixture.new_log();
  append_answer(*log, 400, fixture.random);
  fixture.loop.turn();
  const std::weak_ptr<LogBlock> first = log->log().find(1);
  auto reader = fixture.reader(log->shared(), dialect);
  EXPECT_TRUE(reader.read_some(5));
  EXPECT_TRUE(reader.read_some(0));
  fixture.spill(log->log(), 1);
  EXPECT_TRUE(first.expired());
  while (!reader.read_some(0)) fixture.loop.turn();
  const Offset last = log->log().last();
  log->append(EventType::completed, "");
  fixture.loop.turn();
  ASSERT_GT(last, 1u);
  ASSERT_TRUE(read_to_end(fixture, reader, fixture.random));
  EXPECT_EQ(reader.got, expected_bytes(dialect, log->events, 0));
}

TEST(Subscription, what_can_not_be_read_back_cuts_the_reader_off) {
  for (const bool refused : {true, false}) {
    LogFixture fixture(ByteCount{1});
    const TestDialect dialect;
    const auto log = fixture.new_log();
    append_answer(*log, 400, fixture.random);
    fixture.loop.turn();
    fixture.spill(log->log(), 1);
    if (refused)
      fixture.store.fail_reads = 1;
    else
      fixture.store.forget_events(log->log().id());
    auto reader = fixture.reader(log->shared(), dialect);
    EXPECT_FALSE(reader.read_some(1));
    fixture.loop.turn();
    EXPECT_EQ(reader.wakes, 1);
    EXPECT_EQ(reader.read(), State::lost);
    EXPECT_EQ(reader.read(), State::lost);
    EXPECT_EQ(reader.got, "");
    // The other readers are not affected.
    auto at_end = fixture.reader(log->shared(), dialect, log->log().last());
    EXPECT_EQ(at_end.read(), State::waiting);
  }
}

TEST(Subscription, a_reader_may_leave_while_its_block_is_being_read_back) {
  LogFixture fixture(ByteCount{1});
  const TestDialect dialect;
  const auto log = fixture.new_log();
  append_answer(*log, 400, fixture.random);
  fixture.loop.turn();
  fixture.spill(log->log(), 1);
  fixture.store.hold();
  auto before_the_answer = fixture.reader(log->shared(), dialect);
  auto before_the_turn = fixture.reader(log->shared(), dialect);
  EXPECT_FALSE(before_the_answer.read_some(1));
  EXPECT_FALSE(before_the_turn.read_some(1));
  before_the_answer.leave();
  fixture.store.let_go();
  before_the_turn.leave();
  fixture.loop.turn();
  EXPECT_EQ(fixture.hub.readers(), 0u);
}

TEST(Subscription, a_log_that_stands_in_the_store_alone_is_read_like_any_other) {
  LogFixture fixture(ByteCount{1});
  const TestDialect dialect;
  const auto log = fixture.new_log();
  append_answer(*log, 500, fixture.random);
  log->append(EventType::cancelled, "");
  fixture.loop.turn();
  fixture.spill(log->log(), 0);
  const Offset last = log->log().last();
  for (const std::size_t ranges_a_read : {std::size_t(1), SIZE_MAX}) {
    fixture.store.max_ranges_per_read = ranges_a_read;
    auto finished = std::make_shared<LogBuffer>(log->log().head(), std::vector<EpochStart>{{}}, last,
                                                fixture.store, fixture.cache);
    finished->restore_terminal(last, true);
    for (const Offset after : {Offset(0), last / 2, last - 1, last}) {
      auto reader = fixture.reader(finished, dialect, after);
      ASSERT_TRUE(read_to_end(fixture, reader, fixture.random));
      EXPECT_EQ(reader.got, expected_bytes(dialect, log->events, after));
    }
  }
}

TEST(Subscription, X1_ids_bear_the_epoch_in_which_their_event_was_written) {
  LogFixture fixture;
  const TestDialect dialect;
  const auto before = fixture.new_log();
  before->append(EventType::started, "r");
  before->delta("a");
  fixture.loop.turn();
  fixture.spill(before->log(), 0);
  const auto after = std::make_shared<LogBuffer>(
      before->log().head(), std::vector<EpochStart>{{1, 1}, {8, 3}}, 2, fixture.store, fixture.cache);
  TestLog log(fixture.committer, after, fixture.clock);
  log.events = before->events;
  log.delta("b");
  log.append(EventType::completed, "");
  fixture.loop.turn();
  auto reader = fixture.reader(after, dialect);
  ASSERT_TRUE(read_to_end(fixture, reader, fixture.random));
  EXPECT_EQ(reader.got, "[1-1 started][1-2 delta a][8-3 delta b][8-4 completed \"ab\"]");
}

// Writers, readers, the archive and the socket act in random order.
struct Conditions {
  std::uint64_t seed;
  std::size_t window;
  std::uint64_t cache_bytes;
  bool slow_store;
};

class SubscriptionInWeather : public ::testing::TestWithParam<Conditions> {};

TEST_P(SubscriptionInWeather, X1_X4_X6_every_reader_gets_every_byte_once_while_the_answer_grows) {
  const Conditions conditions = GetParam();
  LogFixture fixture(ByteCount{conditions.cache_bytes});
  SeededRandom random(conditions.seed);
  const TestDialect dialect;
  TestDialect::Options options;
  options.hidden = EventType::stage;
  options.padding = 90;
  const TestDialect other(options);
  const auto log = fixture.new_log();
  struct Reading {
    std::unique_ptr<TestReader> reader;
    const TestDialect* dialect;
    Offset after;
  };
  std::vector<Reading> readings;
  const auto join = [&] {
    const Offset after = random.below(log->log().last() + 1);
    const TestDialect& chosen = random.below(2) ? dialect : other;
    readings.push_back({fixture.new_reader(log->shared(), chosen, after), &chosen, after});
  };
  append_answer(*log, 3, random);
  for (int step = 0; step < 1500; ++step) {
    switch (random.below(8)) {
      case 0:
      case 1:
        for (std::uint64_t n = random.below(40); n > 0; --n)
          log->delta(std::string(random.below(200) + 1, 'x'));
        break;
      case 2:
        log->append(EventType::stage, "s");
        break;
      case 3:
        fixture.loop.turn();
        break;
      case 4:
        fixture.spill(log->log(), conditions.window);
        break;
      case 5:
        if (readings.size() < 12) join();
        break;
      default:
        if (readings.empty()) break;
        const std::size_t i = random.below(readings.size());
        for (std::uint64_t n = random.below(20); n > 0; --n) readings[i].reader->read_at_whim(random);
        if (random.below(40) == 0) {
          const std::string all = expected_bytes(*readings[i].dialect, log->events, readings[i].after);
          EXPECT_EQ(readings[i].reader->got, all.substr(0, readings[i].reader->got.size()));
          readings.erase(readings.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    if (conditions.slow_store && random.below(4) == 0) {
      fixture.store.let_go();
      if (random.below(2)) fixture.store.hold();
    }
  }
  log->append(EventType::completed, "");
  fixture.loop.turn();
  join();
  fixture.store.let_go();
  fixture.spill(log->log(), conditions.window);
  for (Reading& reading : readings) {
    ASSERT_TRUE(read_to_end(fixture, *reading.reader, random));
    const std::string all = expected_bytes(*reading.dialect, log->events, reading.after);
    EXPECT_TRUE(reading.reader->got == all)
        << "after " << reading.after << ": got " << reading.reader->got.size() << " bytes of " << all.size();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SubscriptionInWeather,
                         ::testing::Values(Conditions{1, 1, 1, false}, Conditions{2, 1, 1, true},
                                           Conditions{3, 1, 1 << 20, true}, Conditions{4, 16 << 10, 1, false},
                                           Conditions{5, 16 << 10, 64 << 10, true},
                                           Conditions{6, 1 << 20, 1, true},
                                           Conditions{7, 4 << 10, 8 << 10, true},
                                           Conditions{8, 1, 4 << 10, false}));

}  // namespace
}  // namespace belay
