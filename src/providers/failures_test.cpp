#include "providers/failures.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

TEST(Failures, X7FollowTheTable) {
  struct Case {
    ServerError error;
    ErrorCode code;
    bool may_retry;
  };
  const Case cases[] = {
      {{400, "invalid_request_error", ""}, ErrorCode::provider_rejected, false},
      {{400, "invalid_request_error", "context_length_exceeded"}, ErrorCode::provider_rejected, false},
      {{400, "", "content_policy_violation"}, ErrorCode::provider_content_filter, false},
      {{401, "", "invalid_api_key"}, ErrorCode::provider_rejected, false},
      {{402, "billing_error", ""}, ErrorCode::provider_rejected, false},
      {{403, "", ""}, ErrorCode::provider_rejected, false},
      {{404, "", "model_not_found"}, ErrorCode::provider_rejected, false},
      {{408, "", ""}, ErrorCode::provider_timeout, true},
      {{409, "", ""}, ErrorCode::provider_unavailable, true},
      {{413, "", ""}, ErrorCode::provider_rejected, false},
      {{418, "", ""}, ErrorCode::provider_rejected, false},
      {{429, "", "rate_limit_exceeded"}, ErrorCode::provider_rate_limited, true},
      {{429, "", "slow_down"}, ErrorCode::provider_rate_limited, true},
      {{429, "insufficient_quota", "insufficient_quota"}, ErrorCode::provider_rejected, false},
      {{429, "", "credit_balance_exhausted"}, ErrorCode::provider_rejected, false},
      {{500, "server_error", ""}, ErrorCode::provider_unavailable, true},
      {{502, "", ""}, ErrorCode::provider_unavailable, true},
      {{503, "", "overloaded"}, ErrorCode::provider_unavailable, true},
      {{504, "", ""}, ErrorCode::provider_timeout, true},
      {{529, "", ""}, ErrorCode::provider_unavailable, true},
      {{307, "", ""}, ErrorCode::provider_rejected, false},
      {{600, "", ""}, ErrorCode::provider_broken, false},
      // Within a stream, or under a 200:
      {{200, "server_error", ""}, ErrorCode::provider_unavailable, true},
      {{200, "", "The service is currently unavailable"}, ErrorCode::provider_unavailable, true},
      {{200, "rate_limit_error", ""}, ErrorCode::provider_rate_limited, true},
      {{200, "invalid_request_error", ""}, ErrorCode::provider_rejected, false},
      {{200, "", "insufficient_quota"}, ErrorCode::provider_rejected, false},
      {{200, "something new", ""}, ErrorCode::provider_unavailable, true},
      {{0, "", ""}, ErrorCode::provider_unavailable, true},
  };
  for (const Case& c : cases) {
    const StatusMeaning meaning = meaning_of(c.error);
    EXPECT_EQ(meaning.code, c.code) << c.error.status << ' ' << c.error.type << ' ' << c.error.code;
    EXPECT_EQ(meaning.may_retry, c.may_retry) << c.error.status << ' ' << c.error.type << ' ' << c.error.code;
    EXPECT_FALSE(meaning.text.empty());
  }
}

}  // namespace
}  // namespace belay::providers
