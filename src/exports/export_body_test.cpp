#include "exports/export_body.hpp"

#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace belay::exports {
namespace {

class Reader final : public ByteSource::Waker {
 public:
  explicit Reader(ByteSource& source) : source_(source) { source.attach(*this); }
  void wake() override { ++wakes; }

  // Reads what is available, at most `max` bytes.
  ByteSource::State read(std::size_t max) {
    ByteRanges ranges;
    const auto state = source_.peek(ranges);
    if (state != ByteSource::State::ready) return state;
    const std::size_t taken = std::min(max, ranges.ranges[0].iov_len);
    text.append(static_cast<const char*>(ranges.ranges[0].iov_base), taken);
    source_.consume(taken);
    return state;
  }
  // Reads to the end. The loop runs between reads.
  ByteSource::State read_all(Loop& loop, std::size_t max = 1000) {
    for (;;) {
      const auto state = read(max);
      if (state == ByteSource::State::ended || state == ByteSource::State::lost) return state;
      if (state == ByteSource::State::ready) continue;
      if (!loop.turn()) std::this_thread::yield();
    }
  }

  std::string text;
  int wakes = 0;

 private:
  ByteSource& source_;
};

// Pages of two messages each: "m1" "m2", "m3" "m4", …
struct Pages {
  int pages = 3;
  int asked = 0;
  bool fails = false;
  NextMessages source() {
    return [this](UniqueFunction<void(Result<std::vector<StoredMessage>>)> done) {
      std::vector<StoredMessage> messages;
      if (++asked <= pages)
        for (int i : {2 * asked - 1, 2 * asked}) {
          messages.emplace_back();
          messages.back().content = "m" + std::to_string(i);
          messages.back().state = "complete";
        }
      if (fails && asked == 2)
        done(make_error(ErrorCode::unavailable, "The store is gone."));
      else
        done(std::move(messages));
    };
  }
};

struct ExportBodyTest : testing::Test {
  SystemClock clock;
  Loop loop{0, clock};
  FairThreadPool workers{{1, Milliseconds(20), 8}};
  Pages pages;
  int closed = 0;

  ExportBody::Order order(Format format) {
    ExportBody::Order order;
    order.user = "ann";
    order.format = format;
    order.heading = {"T", "c", WallTime{}};
    order.next = pages.source();
    order.closed = [this] { ++closed; };
    return order;
  }
};

TEST_F(ExportBodyTest, C9_pages_are_joined_to_one_document) {
  ExportBody body(loop, workers, order(Format::markdown));
  Reader reader(body);
  EXPECT_EQ(reader.read_all(loop, 7), ByteSource::State::ended);
  EXPECT_EQ(pages.asked, 4);
  std::size_t at = 0;
  for (const auto* text : {"# T", "m1", "m2", "m3", "m4", "m5", "m6\n"}) {
    at = reader.text.find(text, at);
    ASSERT_NE(at, std::string::npos) << text;
  }
  EXPECT_GT(reader.wakes, 0);
}

TEST_F(ExportBodyTest, C9_the_next_page_is_fetched_only_when_the_last_one_has_been_sent) {
  ExportBody body(loop, workers, order(Format::markdown));
  Reader reader(body);
  while (reader.read(1) != ByteSource::State::ready)
    if (!loop.turn()) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) loop.turn();
  EXPECT_EQ(pages.asked, 1);
}

TEST_F(ExportBodyTest, C9_pages_of_pdf_that_are_not_full_yet_do_not_end_it) {
  ExportBody body(loop, workers, order(Format::pdf));
  Reader reader(body);
  EXPECT_EQ(reader.read_all(loop), ByteSource::State::ended);
  EXPECT_TRUE(reader.text.starts_with("%PDF-"));
  EXPECT_NE(reader.text.find("%%EOF"), std::string::npos);
}

TEST_F(ExportBodyTest, C9_a_source_that_fails_cuts_the_document) {
  pages.fails = true;
  ExportBody body(loop, workers, order(Format::json));
  Reader reader(body);
  EXPECT_EQ(reader.read_all(loop), ByteSource::State::lost);
}

TEST_F(ExportBodyTest, X21_a_reader_that_leaves_gives_its_place_back_and_its_work_stops) {
  // One message that would occupy a worker for a long time. Its reader leaves as soon as rendering has begun.
  StoredMessage huge;
  huge.state = "complete";
  for (int i = 0; i < 400'000; ++i) huge.content += "A line of this message, and then the next.\n";
  bool given = false;
  ExportBody::Order huge_order = order(Format::pdf);
  huge_order.next = [&](UniqueFunction<void(Result<std::vector<StoredMessage>>)> done) {
    std::vector<StoredMessage> messages;
    if (!std::exchange(given, true)) messages.push_back(std::move(huge));
    done(std::move(messages));
  };
  {
    ExportBody body(loop, workers, std::move(huge_order));
    Reader reader(body);
    EXPECT_EQ(reader.read(1), ByteSource::State::loading);
    loop.turn();
    EXPECT_EQ(closed, 0);
  }
  EXPECT_EQ(closed, 1);
  // The only worker becomes free and renders another document.
  ExportBody other(loop, workers, order(Format::markdown));
  Reader reader(other);
  EXPECT_EQ(reader.read_all(loop), ByteSource::State::ended);
}

TEST_F(ExportBodyTest, X21_a_message_is_sent_in_stretches_however_long_it_is) {
  for (const Format format : {Format::json, Format::markdown, Format::pdf}) {
    StoredMessage huge;
    huge.state = "complete";
    const int lines = format == Format::pdf ? 3'000 : 40'000;
    for (int i = 0; i < lines; ++i) huge.content += "Zeile " + std::to_string(i) + " – 息を吐く\n";
    bool given = false;
    ExportBody::Order huge_order = order(format);
    huge_order.next = [&](UniqueFunction<void(Result<std::vector<StoredMessage>>)> done) {
      std::vector<StoredMessage> messages;
      if (!std::exchange(given, true)) messages.push_back(huge);
      done(std::move(messages));
    };
    ExportBody body(loop, workers, std::move(huge_order));
    Reader reader(body);
    std::size_t longest = 0;
    for (std::size_t before = 0;; before = reader.text.size()) {
      const auto state = reader.read(SIZE_MAX);
      longest = std::max(longest, reader.text.size() - before);
      if (state == ByteSource::State::ended) break;
      ASSERT_NE(state, ByteSource::State::lost);
      if (state == ByteSource::State::loading && !loop.turn()) std::this_thread::yield();
    }
    if (format != Format::pdf) {
      EXPECT_GT(reader.text.size(), huge.content.size());
      EXPECT_LT(longest, huge.content.size() / 4);
    }
    if (format == Format::markdown) {
      EXPECT_NE(reader.text.find(huge.content), std::string::npos);
    }
  }
}

TEST_F(ExportBodyTest, X21_an_export_that_takes_too_long_is_cut) {
  ManualClock hand;
  Loop slow_loop{0, hand};
  ExportBody::Order slow = order(Format::markdown);
  slow.max_time = Milliseconds(1000);
  slow.next = [](auto) {};  // a store that does not answer
  ExportBody body(slow_loop, workers, std::move(slow));
  Reader reader(body);
  EXPECT_EQ(reader.read(1), ByteSource::State::loading);
  hand.advance(Milliseconds(1100));
  slow_loop.turn();
  EXPECT_EQ(reader.wakes, 1);
  EXPECT_EQ(reader.read(1), ByteSource::State::lost);
}

TEST_F(ExportBodyTest, X21_workers_that_are_full_cut_the_document) {
  FairThreadPool full{{1, Milliseconds(20), 0}};
  ExportBody body(loop, full, order(Format::markdown));
  Reader reader(body);
  EXPECT_EQ(reader.read_all(loop), ByteSource::State::lost);
}

TEST_F(ExportBodyTest, a_reader_that_leaves_while_a_page_is_being_made_harms_nobody) {
  {
    ExportBody body(loop, workers, order(Format::pdf));
    Reader reader(body);
    EXPECT_EQ(reader.read(1), ByteSource::State::loading);
    loop.turn();
  }
  for (int i = 0; i < 100; ++i) loop.turn();
}

}  // namespace
}  // namespace belay::exports
