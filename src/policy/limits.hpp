// What is said to a client about a limit: the error if it refused, and the headers of every answer. Pure; any thread.
#pragma once

#include <array>
#include <string>

#include "base/error.hpp"
#include "core/types/limit.hpp"

namespace belay::policy {

// "At most 60 chat requests in 60 s: the next one is possible in 12 s." The error names the limit and the
// time to wait.
Error limit_error(const LimitStatus& status);

// The fields of draft-ietf-httpapi-ratelimit-headers (Structured Fields, seconds rounded up):
//   RateLimit-Policy: "assistant.rate.chat";q=60;w=60
//   RateLimit: "assistant.rate.chat";r=59;t=12
//   RateLimit-Policy: "assistant.active.user";q=5;qu="concurrent-requests"
//   RateLimit: "assistant.active.user";r=4
//   RateLimit-Policy: "chat.session_requests";q=10
//   RateLimit: "chat.session_requests";r=0
// A quota has no `w`: months differ in length.
//   RateLimit-Policy: "chat.quota";q=500
//   RateLimit: "chat.quota";r=499;t=864000
struct RateHeader {
  const char* name;
  std::string value;
};
std::array<RateHeader, 2> rate_headers(const LimitStatus& status);

}  // namespace belay::policy
