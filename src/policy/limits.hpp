// Limits as values: what is counted, the maximum, and the error when it is reached.
//
// Policy makes the rules, in the order in which they are checked (policy/admission.hpp). Core's Counters take
// all of them or none, in one atomic step. For that they need a rule's name, key, kind, limit and window.
// From the result of Counters, the functions here make the error or the headers. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace belay::policy {

struct LimitRule {
  enum class Kind {
    concurrent,      // at most `limit` at the same time
    sliding_window,  // at most `limit` within any span of `window`
    // At most `limit` in total. Waiting does not help, so the error says what the client can do instead.
    total,
  };
  std::string name;  // name of the setting, for people and dashboards: "assistant.rate.chat"
  std::string key;   // what is counted: "assistant/rate/chat/USER"
  Kind kind = Kind::concurrent;
  std::uint64_t limit = 0;
  Milliseconds window{0};                             // for a sliding window
  ErrorCode error_code = ErrorCode::too_many_active;  // the error code that a client gets
  std::string subject;                                // what is limited, for the error text: "chat requests"
  Milliseconds busy_retry_after{0};  // concurrent: a fixed value, since nobody knows when a slot is free
  std::string advice;                // total: "Start a new session: leave sessionId out."
};

struct Decision {
  bool allowed = false;
  std::uint64_t remaining = 0;  // after this request, if it was allowed
  Milliseconds retry_after{0};  // if refused; 0: unknown
  Milliseconds reset_after{0};  // sliding window: until the first slot becomes free; 0: unknown
};

// "At most 60 chat requests in 60 s: the next one is possible in 12 s." The error names the limit and the
// time to wait.
Error limit_error(const LimitRule& rule, const Decision& decision);

// The fields of draft-ietf-httpapi-ratelimit-headers (Structured Fields, seconds rounded up):
//   RateLimit-Policy: "assistant.rate.chat";q=60;w=60
//   RateLimit: "assistant.rate.chat";r=59;t=12
//   RateLimit-Policy: "assistant.active.user";q=5;qu="concurrent-requests"
//   RateLimit: "assistant.active.user";r=4
//   RateLimit-Policy: "chat.session_requests";q=10
//   RateLimit: "chat.session_requests";r=0
struct RateHeader {
  const char* name;
  std::string value;
};
std::vector<RateHeader> rate_headers(const LimitRule& rule, const Decision& decision);

}  // namespace belay::policy
