// Error responses of the surfaces outside of a stream: problem documents, and the headers for rate limits
// (requirement X9).
#pragma once

#include <optional>
#include <span>

#include "core/ports/counters.hpp"
#include "policy/limits.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

transport::Response error_response(const Error& error, const transport::Request& request);
// For a limit that is used up: names the limit and when to retry. 503 when the counters have no space for
// another key.
transport::Response error_response(std::span<const policy::LimitRule> rules, const Reservation& reservation,
                                   const transport::Request& request);
// For a session whose requests are used up: says how to continue. Has no time to retry, because waiting does
// not help.
transport::Response session_used_up_response(const policy::LimitRule& session,
                                             const transport::Request& request);
// Adds headers with what is left of the limits to a successful response: of the tightest window, and of the
// session if one is given.
struct SessionLeft {
  policy::LimitRule rule;
  std::uint64_t used = 0;
};
void add_rate_headers(std::span<const policy::LimitRule> rules, const Reservation& reservation,
                      transport::Response& response, const std::optional<SessionLeft>& session = {});

}  // namespace belay::surfaces
