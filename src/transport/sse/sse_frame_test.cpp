#include "transport/sse/sse_frame.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

TEST(SseFrame, IsABlockOfLines) {
  std::string out;
  append_sse(out, {.id = "1-7", .event = "delta", .data = R"({"content":"a"})"});
  append_sse(out, {.data = "x"});
  EXPECT_EQ(out, "id: 1-7\nevent: delta\ndata: {\"content\":\"a\"}\n\ndata: x\n\n");
}

TEST(SseFrame, SplitsLinesWhateverEndsThem) {
  std::string out;
  append_sse_lines(out, {.event = "e", .data = "a\nb\r\nc\rd\n"});
  EXPECT_EQ(out, "event: e\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
}

TEST(SseFrame, CannotBeBrokenByAComment) {
  std::string out;
  append_sse_comment(out, "a\r\n\ndata: x");
  append_sse_comment(out, "");
  EXPECT_EQ(out, ": a   data: x\n\n:\n\n");
}

TEST(SseFrameDeathTest, AssertsThatDataIsOneLine) {
  std::string out;
  EXPECT_DEATH(append_sse(out, {.data = "a\nb"}), "");
  EXPECT_DEATH(append_sse(out, {.id = "a\nb", .data = ""}), "");
}

TEST(SseFrame, X13SpreadsRetriesOverOnceToTwiceTheBase) {
  SeededRandom random(1);
  Milliseconds min(1'000'000), max(0);
  for (int i = 0; i < 2000; ++i) {
    const Milliseconds retry = jittered_retry(Milliseconds(3000), random);
    min = std::min(min, retry);
    max = std::max(max, retry);
  }
  EXPECT_GE(min, Milliseconds(3000));
  EXPECT_LE(max, Milliseconds(6000));
  EXPECT_LT(min, Milliseconds(3300));
  EXPECT_GT(max, Milliseconds(5700));
  EXPECT_EQ(jittered_retry(Milliseconds(0), random), Milliseconds(0));
  std::string out;
  append_sse_retry(out, Milliseconds(3456));
  EXPECT_EQ(out, "retry: 3456\n\n");
}

TEST(SseFrame, X13HeadersKeepProxiesFromHoldingBack) {
  const auto headers = sse_headers();
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0].value, "text/event-stream; charset=utf-8");
  EXPECT_EQ(headers[1].value, "no-cache, no-transform");
  EXPECT_EQ(headers[2].name, "X-Accel-Buffering");
  EXPECT_EQ(headers[2].value, "no");
}

}  // namespace
}  // namespace belay::transport
