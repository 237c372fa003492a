// How surfaces say no outside of a stream: problem documents, and what rate limits add to them (requirement
// X9).
#pragma once

#include <optional>
#include <span>

#include "core/counters.hpp"
#include "policy/limits.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

transport::Response refuse(const Error& error, const transport::Request& request);
// A limit is used up: says which one, and when to come back. 503 where nothing more can be counted.
transport::Response refuse(std::span<const policy::LimitRule> rules, const Reservation& reservation,
                           const transport::Request& request);
// A session has had all its requests: names the way out, and no time to come back.
transport::Response refuse_used_up(const policy::LimitRule& session, const transport::Request& request);
// What is left of the limits, for an answer that was granted: of the tightest window, and of the session if
// one is given.
struct SessionLeft {
  policy::LimitRule rule;
  std::uint64_t used = 0;
};
void add_rate_headers(std::span<const policy::LimitRule> rules, const Reservation& reservation,
                      transport::Response& response, const std::optional<SessionLeft>& session = {});

}  // namespace belay::surfaces
