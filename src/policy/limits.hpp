// Limits as values: what is counted, up to what, and what is said when there is no more.
//
// Policy makes the rules, in the order in which they are checked (policy/admission.hpp); core's Counters
// takes them all or none in one atomic step (a rule's name, key, kind, limit and window are what it needs);
// and with what Counters answered, the functions here make the refusal or the headers. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace belay::policy {

struct LimitRule {
  enum class Kind {
    concurrent,      // at most `limit` at once
    sliding_window,  // at most `limit` in any span of `window`
    total,           // at most `limit` in all: nothing renews it, so a refusal names the way out instead
  };
  std::string name;  // of the setting, for people and dashboards: "assistant.rate.chat"
  std::string key;   // what is counted: "assistant/rate/chat/USER"
  Kind kind = Kind::concurrent;
  std::uint64_t limit = 0;
  Milliseconds window{0};                          // of a sliding window
  ErrorCode refusal = ErrorCode::too_many_active;  // what a client is told
  std::string subject;                             // "chat requests"
  Milliseconds busy_retry_after{0};                // concurrent: when to try again, since nobody knows
  std::string way_out;                             // total: "Start a new session: leave sessionId out."
};

struct Decision {
  bool allowed = false;
  std::uint64_t remaining = 0;  // after this request, when it was allowed
  Milliseconds retry_after{0};  // when refused; 0 when unknown
  Milliseconds reset_after{0};  // window: until the first place comes free; 0 when unknown
};

// "At most 60 chat requests in 60 s: the next one is possible in 12 s." Names the limit, and when to come
// back.
Error refusal(const LimitRule& rule, const Decision& decision);

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
