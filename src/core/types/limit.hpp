// A limit and where a user stands with it, as plain values.
//
// Policy makes the limits of a request, in the order in which they are checked (policy/surface_rules.hpp). The
// counters reserve all of them or none (core/ports/counters.hpp). From the status, policy makes the error or the
// headers (policy/limits.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace belay {

struct Limit {
  enum class Kind {
    concurrent,  // at most `max` at the same time
    window,      // at most `max` within any span of `window`
    quota,       // at most `max` within a calendar month, UTC
    // At most `max` in total. Waiting does not help, so the error says what the client can do instead. A session
    // counts its own requests; the counters never see this kind.
    total,
  };
  std::string name;  // for clients, dashboards and errors: "assistant.rate.chat"
  std::string key;   // what is counted: "assistant.rate.chat/user/ann"
  Kind kind = Kind::concurrent;
  std::uint64_t max = 0;
  Milliseconds window{0};  // of a window

  ErrorCode error_code = ErrorCode::too_many_active;  // the error code that a client gets
  std::string subject;                                // what is limited, for the error text: "chat requests"
  Milliseconds busy_retry_after{0};  // concurrent: a fixed value, since nobody knows when a slot is free
  std::string advice;  // total: "Start a new session: leave sessionId out."; quota: the whole text
};

struct LimitStatus {
  Limit limit;
  bool refused = false;
  std::uint64_t remaining = 0;  // after this request; 0 if it was refused
  Milliseconds retry_after{0};  // refused: when it may be granted; 0: unknown
  // Until the next month, or until a place of a window becomes free. 0: not known, as for a window that was just
  // reserved.
  Milliseconds reset_after{0};
};

}  // namespace belay
