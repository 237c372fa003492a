#include "transport/framing/stream.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "transport/framing/ndjson.hpp"
#include "transport/framing/sse.hpp"

namespace belay::transport {
namespace {

TEST(Stream, X13SpreadsRetriesOverOnceToTwiceTheBase) {
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
}

TEST(Stream, X13HeadersKeepProxiesFromHoldingBack) {
  const auto headers = stream_headers(sse_framing());
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0].value, "text/event-stream; charset=utf-8");
  EXPECT_EQ(headers[1].value, "no-cache, no-transform");
  EXPECT_EQ(headers[2].name, "X-Accel-Buffering");
  EXPECT_EQ(headers[2].value, "no");
  EXPECT_EQ(stream_headers(ndjson_framing())[0].value, "application/x-ndjson");
}

}  // namespace
}  // namespace belay::transport
