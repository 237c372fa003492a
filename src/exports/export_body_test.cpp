#include "exports/export_body.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace belay::exports {
namespace {

class Reader final : public ByteSource::Waker {
 public:
  explicit Reader(ByteSource& source) : source_(source) { source.attach(*this); }
  void wake() override { ++wakes; }

  // What there is now, `most` bytes of it at a time.
  ByteSource::State read(std::size_t most) {
    ByteRanges ranges;
    const auto state = source_.peek(ranges);
    if (state != ByteSource::State::ready) return state;
    const std::size_t taken = std::min(most, ranges.ranges[0].iov_len);
    text.append(static_cast<const char*>(ranges.ranges[0].iov_base), taken);
    source_.consume(taken);
    return state;
  }
  // To the end, with the loop running in between.
  ByteSource::State read_all(Loop& loop, std::size_t most = 1000) {
    for (;;) {
      const auto state = read(most);
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

// Pages of two messages: "m1" "m2", "m3" "m4", …
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
  Workers workers{1, 8};
  Pages pages;
};

TEST_F(ExportBodyTest, C9_pages_are_joined_to_one_document) {
  ExportBody body(loop, workers, Format::markdown, {"T", "c", WallTime{}}, pages.source());
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
  ExportBody body(loop, workers, Format::markdown, {"T", "c", WallTime{}}, pages.source());
  Reader reader(body);
  while (reader.read(1) != ByteSource::State::ready)
    if (!loop.turn()) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) loop.turn();
  EXPECT_EQ(pages.asked, 1);
}

TEST_F(ExportBodyTest, C9_pages_of_pdf_that_are_not_full_yet_do_not_end_it) {
  ExportBody body(loop, workers, Format::pdf, {"T", "c", WallTime{}}, pages.source());
  Reader reader(body);
  EXPECT_EQ(reader.read_all(loop), ByteSource::State::ended);
  EXPECT_TRUE(reader.text.starts_with("%PDF-"));
  EXPECT_NE(reader.text.find("%%EOF"), std::string::npos);
}

TEST_F(ExportBodyTest, C9_a_source_that_fails_cuts_the_document) {
  pages.fails = true;
  ExportBody body(loop, workers, Format::json, {"T", "c", WallTime{}}, pages.source());
  Reader reader(body);
  EXPECT_EQ(reader.read_all(loop), ByteSource::State::lost);
}

TEST_F(ExportBodyTest, a_reader_that_leaves_while_a_page_is_being_made_harms_nobody) {
  {
    ExportBody body(loop, workers, Format::pdf, {"T", "c", WallTime{}}, pages.source());
    Reader reader(body);
    EXPECT_EQ(reader.read(1), ByteSource::State::loading);
    loop.turn();
  }
  for (int i = 0; i < 100; ++i) loop.turn();
}

}  // namespace
}  // namespace belay::exports
