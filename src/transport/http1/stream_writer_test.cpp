#include "transport/http1/stream_writer.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace belay::transport {
namespace {

using Progress = StreamWriter::Progress;
using TransferCoding = StreamWriter::TransferCoding;

// A source of pieces. It shows at most `window` of them at once.
class Pieces final : public ByteSource {
 public:
  explicit Pieces(std::size_t window = ByteRanges::kMax) : window_(window) {}
  void add(std::string piece) { pieces_.push_back(std::move(piece)); }
  State empty_state = State::waiting;
  bool says_whole = false;
  bool says_newest = false;
  int peeks = 0;
  int open_peeks = 0;  // ready peeks not yet followed by a consume()

  void attach(Waker&) override {}
  State peek(ByteRanges& out) override {
    EXPECT_EQ(open_peeks, 0) << "a peek was not answered by a consume";
    ++peeks;
    out.clear();
    std::size_t skip = cursor_;
    for (const std::string& piece : pieces_) {
      if (out.count == window_) break;
      out.add(std::string_view(piece).substr(skip));
      skip = 0;
    }
    if (out.bytes == 0) return empty_state;
    out.whole = says_whole && empty_state == State::ended && out.count == pieces_.size();
    out.newest = says_newest && empty_state == State::waiting && out.count == pieces_.size();
    ++open_peeks;
    return State::ready;
  }
  void consume(std::size_t bytes) override {
    --open_peeks;
    for (cursor_ += bytes; !pieces_.empty() && cursor_ >= pieces_.front().size(); pieces_.pop_front())
      cursor_ -= pieces_.front().size();
  }

 private:
  const std::size_t window_;
  std::deque<std::string> pieces_;
  std::size_t cursor_ = 0;
};

// Accepts as many bytes as the test allows.
class Wire final : public ByteChannel {
 public:
  std::string sent;
  std::size_t space = SIZE_MAX;  // bytes until it is full
  bool broken = false;
  int writes = 0;

  IoResult read(std::span<char>) override { return {}; }
  void wait(Wait, UniqueFunction<void()>) override {}
  void cancel_waits() override {}
  void finish_sending() override {}
  void close(Close) override {}

 private:
  IoResult write_some(std::span<const iovec> pieces) override {
    ++writes;
    if (broken) return {IoResult::State::broken};
    if (space == 0) return {IoResult::State::blocked};
    const std::size_t before = sent.size();
    for (const iovec& piece : pieces) {
      const std::size_t taken = std::min(space, piece.iov_len);
      sent.append(static_cast<const char*>(piece.iov_base), taken);
      space -= taken;
    }
    return {IoResult::State::moved, sent.size() - before};
  }
};

// The inverse of the chunked coding. Nothing when `wire` is not a whole, well-formed body.
std::optional<std::string> decode_chunks(std::string_view wire) {
  std::string body;
  for (;;) {
    const auto end = wire.find("\r\n");
    if (end == wire.npos || end == 0) return std::nullopt;
    const std::size_t size = std::stoul(std::string(wire.substr(0, end)), nullptr, 16);
    wire.remove_prefix(end + 2);
    if (size == 0) return wire == "\r\n" ? std::optional(body) : std::nullopt;
    if (wire.size() < size + 2 || wire.substr(size, 2) != "\r\n") return std::nullopt;
    body += wire.substr(0, size);
    wire.remove_prefix(size + 2);
  }
}

struct Fixture {
  explicit Fixture(TransferCoding coding = TransferCoding::chunked, std::size_t window = ByteRanges::kMax,
                   std::string_view preamble = {}, std::string head = {})
      : source(new Pieces(window)),
        writer(std::unique_ptr<ByteSource>(source), coding, std::move(head), preamble) {}
  Pieces* source;
  StreamWriter writer;
  Wire wire;
  Progress pump() { return writer.pump(wire); }
};

TEST(StreamWriter, SendsHeadPreambleAndFirstBytesInOneWrite) {
  Fixture f(TransferCoding::chunked, 16, "retry: 1\n\n", "HEAD\r\n\r\n");
  f.source->add("data: 1\n\n");
  EXPECT_EQ(f.pump(), Progress::waiting);
  EXPECT_EQ(f.wire.sent, "HEAD\r\n\r\na\r\nretry: 1\n\n\r\n9\r\ndata: 1\n\n\r\n");
  EXPECT_EQ(f.wire.writes, 1);
}

TEST(StreamWriter, ASourceThatHasSaidThatThisIsAllIsNotAskedAgain) {
  Fixture f;
  f.source->says_newest = true;
  f.source->add("data: 1\n\n");
  EXPECT_EQ(f.pump(), Progress::waiting);
  EXPECT_EQ(f.source->peeks, 1);
  f.source->add("data: 2\n\n");
  f.wire.space = 5;
  EXPECT_EQ(f.pump(), Progress::full);
  f.wire.space = SIZE_MAX;
  EXPECT_EQ(f.pump(), Progress::waiting);
  EXPECT_EQ(decode_chunks(f.wire.sent + "0\r\n\r\n"), "data: 1\n\ndata: 2\n\n");
}

TEST(StreamWriter, SendsTheHeadAtOnceWhenTheSourceIsSilent) {
  Fixture f(TransferCoding::chunked, 16, "", "HEAD\r\n\r\n");
  EXPECT_EQ(f.pump(), Progress::waiting);
  EXPECT_EQ(f.wire.sent, "HEAD\r\n\r\n");
}

TEST(StreamWriter, SendsAllThatIsReadyAsOneChunkInOneWrite) {
  Fixture f;
  for (int i = 0; i < 16; ++i) f.source->add("abc");
  EXPECT_EQ(f.pump(), Progress::waiting);
  EXPECT_EQ(f.wire.writes, 1);
  EXPECT_EQ(f.wire.sent.substr(0, 7), "30\r\nabc");
}

TEST(StreamWriter, EndsWithTheLastChunk) {
  Fixture f;
  f.source->add("xyz");
  f.source->empty_state = ByteSource::State::ended;
  EXPECT_EQ(f.pump(), Progress::ended);
  EXPECT_EQ(f.wire.sent, "3\r\nxyz\r\n0\r\n\r\n");
  EXPECT_EQ(f.pump(), Progress::ended);
  EXPECT_EQ(f.wire.sent, "3\r\nxyz\r\n0\r\n\r\n");
}

TEST(StreamWriter, SendsTheLastChunkTogetherWithTheLastBytes) {
  Fixture f;
  f.source->says_whole = true;
  f.source->add("xyz");
  f.source->empty_state = ByteSource::State::ended;
  EXPECT_EQ(f.pump(), Progress::ended);
  EXPECT_EQ(f.wire.sent, "3\r\nxyz\r\n0\r\n\r\n");
  EXPECT_EQ(f.wire.writes, 1);
  EXPECT_EQ(f.pump(), Progress::ended);
  EXPECT_EQ(f.wire.writes, 1);
}

TEST(StreamWriter, SendsTheLastChunkOnceHoweverTheWriteIsCut) {
  constexpr std::string_view kWhole = "6\r\nabcdef\r\n0\r\n\r\n";
  for (std::size_t first = 1; first < kWhole.size(); ++first) {
    Fixture f;
    f.source->says_whole = true;
    f.source->add("abc");
    f.source->add("def");
    f.source->empty_state = ByteSource::State::ended;
    f.wire.space = first;
    EXPECT_EQ(f.pump(), Progress::full);
    f.wire.space = SIZE_MAX;
    EXPECT_EQ(f.pump(), Progress::ended);
    EXPECT_EQ(f.wire.sent, kWhole) << "cut after " << first;
  }
}

TEST(StreamWriter, HasNoFramingForHttp10) {
  Fixture f(TransferCoding::none, 16, "pre ", "HEAD ");
  f.source->add("xyz");
  f.source->empty_state = ByteSource::State::ended;
  EXPECT_EQ(f.pump(), Progress::ended);
  EXPECT_EQ(f.wire.sent, "HEAD pre xyz");
}

TEST(StreamWriter, NeverSendsTheLastChunkWhenTheSourceIsLost) {
  Fixture f;
  f.source->add("xyz");
  f.source->empty_state = ByteSource::State::lost;
  EXPECT_EQ(f.pump(), Progress::lost);
  EXPECT_EQ(f.wire.sent, "3\r\nxyz\r\n");
}

TEST(StreamWriter, SaysWhetherSomethingMayBePutBetween) {
  Fixture f;
  EXPECT_EQ(f.pump(), Progress::waiting);
  EXPECT_EQ(f.writer.write_between_messages(f.wire, ":\n\n"), Progress::waiting);
  EXPECT_EQ(f.wire.sent, "3\r\n:\n\n\r\n");
  f.source->empty_state = ByteSource::State::loading;
  EXPECT_EQ(f.pump(), Progress::loading);
}

TEST(StreamWriter, TellsAFullOutletFromABrokenOne) {
  Fixture f;
  f.source->add("xyz");
  f.wire.space = 0;
  EXPECT_EQ(f.pump(), Progress::full);
  f.wire.broken = true;
  EXPECT_EQ(f.pump(), Progress::broken);
  EXPECT_EQ(f.source->open_peeks, 0);
}

TEST(StreamWriter, LetsOthersHaveTheirTurn) {
  Fixture f(TransferCoding::chunked, 1);
  for (int i = 0; i < 100; ++i) f.source->add("abc");
  EXPECT_EQ(f.pump(), Progress::more);
  EXPECT_LE(f.wire.writes, 16);
  int turns = 1;
  while (f.pump() == Progress::more) ++turns;
  EXPECT_GT(turns, 4);
  EXPECT_LT(turns, 100);
}

// X6: whatever number of bytes the socket accepts at a time, from one byte up, the client receives exactly
// the source's bytes in a well-formed body. This also holds when the source grows between two writes, and
// when it shows fewer pieces than before.
TEST(StreamWriter, X6SendsExactBytesWhateverTheSocketTakesAtATime) {
  for (const TransferCoding coding : {TransferCoding::chunked, TransferCoding::none}) {
    for (const std::size_t window : {1u, 2u, 16u}) {
      for (std::size_t step = 1; step <= 60; ++step) {
        Fixture f(coding, window, "pre");
        std::string expected = "pre";
        for (int i = 0; i < 40; ++i) {
          std::string piece(static_cast<std::size_t>(1 + (i * 7) % 23), static_cast<char>('a' + i % 26));
          expected += piece;
          f.source->add(std::move(piece));
          f.wire.space = step;
          const Progress progress = f.pump();
          ASSERT_NE(progress, Progress::broken);
          if (progress == Progress::waiting) {
            expected += ":\n\n";
            f.wire.space = step;
            f.writer.write_between_messages(f.wire, ":\n\n");
          }
        }
        f.source->empty_state = ByteSource::State::ended;
        Progress progress = Progress::full;
        for (int guard = 0; progress != Progress::ended && guard < 100'000; ++guard) {
          f.wire.space = step;
          progress = f.pump();
        }
        ASSERT_EQ(progress, Progress::ended);
        if (coding == TransferCoding::none) {
          ASSERT_EQ(f.wire.sent, expected);
        } else {
          ASSERT_EQ(decode_chunks(f.wire.sent), expected) << "window " << window << " step " << step;
        }
      }
    }
  }
}

TEST(StreamWriter, X6SendsExactBytesUnderRandomCuts) {
  SeededRandom random(7);
  for (int round = 0; round < 300; ++round) {
    Fixture f(TransferCoding::chunked, 1 + random.below(16));
    f.source->says_whole = round % 2 == 0;
    std::string expected;
    Progress progress = Progress::waiting;
    for (int step = 0; step < 2000 && progress != Progress::ended; ++step) {
      if (step < 60 && random.below(2) == 0) {
        std::string piece(1 + random.below(300), static_cast<char>('a' + random.below(26)));
        expected += piece;
        f.source->add(std::move(piece));
      }
      if (step == 60) f.source->empty_state = ByteSource::State::ended;
      f.wire.space = random.below(200);
      progress = f.pump();
    }
    ASSERT_EQ(progress, Progress::ended);
    ASSERT_EQ(decode_chunks(f.wire.sent), expected);
  }
}

TEST(StreamWriter, CutsWhenTheSourceEndsInsideAnOpenChunk) {
  Fixture f;
  f.source->add("abcdef");
  f.wire.space = 5;  // "6\r\nab"
  EXPECT_EQ(f.pump(), Progress::full);
  f.source->consume(4);  // removes promised bytes
  f.source->open_peeks = 0;
  f.source->empty_state = ByteSource::State::ended;
  f.wire.space = SIZE_MAX;
  EXPECT_EQ(f.pump(), Progress::lost);
  EXPECT_EQ(f.wire.sent, "6\r\nab");
}

}  // namespace
}  // namespace belay::transport
