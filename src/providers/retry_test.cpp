#include "providers/retry.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

using std::chrono::milliseconds;

FailedAttempt failed(bool may_retry, std::optional<milliseconds> retry_after = {},
                     std::optional<bool> should_retry = {}) {
  FailedAttempt attempt;
  attempt.error.code = ErrorCode::provider_unavailable;
  attempt.error.retry_after = retry_after;
  attempt.may_retry = may_retry;
  attempt.should_retry = should_retry;
  return attempt;
}

TEST(Retry, X7DecisionsFollowTheTable) {
  RetryConfig ten;
  ten.max_retries = 10;
  struct Case {
    const char* what;
    unsigned retries_so_far;
    FailedAttempt attempt;
    double jitter;
    std::optional<milliseconds> delay;
  };
  const Case cases[] = {
      {"first back-off", 0, failed(true), 0, milliseconds(500)},
      {"doubles", 1, failed(true), 0, milliseconds(1000)},
      {"doubles again", 2, failed(true), 0, milliseconds(2000)},
      {"stops at eight seconds", 4, failed(true), 0, milliseconds(8000)},
      {"stays there", 9, failed(true), 0, milliseconds(8000)},
      {"jitter shortens", 0, failed(true), 0.5, milliseconds(437)},
      {"by a quarter at most", 0, failed(true), 1, milliseconds(375)},
      {"gives up after the last", 10, failed(true), 0, {}},
      {"does not retry what does not pass", 0, failed(false), 0, {}},
      {"retry-after wins over the back-off", 3, failed(true, milliseconds(1234)), 0.9, milliseconds(1234)},
      {"retry-after of nothing is at once", 0, failed(true, milliseconds(0)), 0, milliseconds(0)},
      {"a longer wait than allowed is given up", 0, failed(true, milliseconds(20'001)), 0, {}},
      {"x-should-retry: true wins", 0, failed(false, {}, true), 0, milliseconds(500)},
      {"x-should-retry: false wins", 0, failed(true, milliseconds(10), false), 0, {}},
  };
  for (const Case& c : cases)
    EXPECT_EQ(retry_delay(ten, c.retries_so_far, c.attempt, c.jitter), c.delay) << c.what;
}

TEST(Retry, NoneWhenNoneAreAllowed) {
  RetryConfig none;
  none.max_retries = 0;
  EXPECT_FALSE(retry_delay(none, 0, failed(true), 0));
}

TEST(Retry, ReadsWhatTheHeadersAskFor) {
  const WallTime now{784'111'777'000};  // Sun, 06 Nov 1994 08:49:37 GMT
  struct Case {
    const char* ms;
    const char* after;
    std::optional<milliseconds> wait;
  };
  const Case cases[] = {
      {"", "", {}},
      {"", "2", milliseconds(2000)},
      {"", "0.5", milliseconds(500)},
      {"250", "2", milliseconds(250)},
      {"12.3", "", milliseconds(13)},
      {"nonsense", "3", milliseconds(3000)},
      {"", "Sun, 06 Nov 1994 08:49:47 GMT", milliseconds(10'000)},
      {"", "Sun, 06 Nov 1994 08:49:27 GMT", milliseconds(0)},
      {"", "-5", {}},
      {"", "soon", {}},
      {"", "1e9", {}},
      {"", "nan", {}},
      {"", "99999999999999999999", milliseconds(86'400'000)},
  };
  for (const Case& c : cases)
    EXPECT_EQ(parse_retry_after(c.ms, c.after, now), c.wait) << c.ms << " | " << c.after;
}

}  // namespace
}  // namespace belay::providers
