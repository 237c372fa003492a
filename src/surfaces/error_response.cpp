#include "surfaces/error_response.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "transport/problem.hpp"

namespace belay::surfaces {
namespace {

policy::Decision decision_of(const Reservation& reservation) {
  policy::Decision decision;
  decision.allowed = reservation.granted;
  decision.remaining = reservation.remaining;
  decision.retry_after = reservation.retry_after;
  return decision;
}

// Both fields are lists: a second limit is appended to the first.
void append_rate_headers(const policy::LimitRule& rule, const policy::Decision& decision,
                         transport::Response& response) {
  for (const policy::RateHeader& header : policy::rate_headers(rule, decision)) {
    const auto there = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const transport::Header& each) { return each.name == header.name; });
    if (there == response.headers.end())
      response.headers.push_back({header.name, header.value});
    else
      there->value.append(", ").append(header.value);
  }
}

}  // namespace

transport::Response error_response(const Error& error, const transport::Request& request) {
  return transport::problem(error, request.request_id);
}

transport::Response error_response(std::span<const policy::LimitRule> rules, const Reservation& reservation,
                                   const transport::Request& request) {
  if (reservation.counters_full) {
    Error full = make_error(ErrorCode::server_full,
                            "The server has too many users to count at the moment. Try again in a moment.");
    full.limit = "limits.max_keys";
    full.retry_after = reservation.retry_after;
    return error_response(full, request);
  }
  const policy::LimitRule& rule = rules[reservation.limit.value_or(0)];
  transport::Response response = error_response(policy::limit_error(rule, decision_of(reservation)), request);
  add_rate_headers(rules, reservation, response);
  return response;
}

transport::Response session_used_up_response(const policy::LimitRule& session,
                                             const transport::Request& request) {
  transport::Response response = error_response(policy::limit_error(session, {}), request);
  append_rate_headers(session, {}, response);
  return response;
}

void add_rate_headers(std::span<const policy::LimitRule> rules, const Reservation& reservation,
                      transport::Response& response, const std::optional<SessionLeft>& session) {
  if (reservation.limit) append_rate_headers(rules[*reservation.limit], decision_of(reservation), response);
  if (!session) return;
  policy::Decision left;
  left.allowed = true;
  left.remaining = session->rule.limit - std::min(session->used, session->rule.limit);
  append_rate_headers(session->rule, left, response);
}

}  // namespace belay::surfaces
