#include "surfaces/refusal.hpp"

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

}  // namespace

transport::Response refuse(const Error& error, const transport::Request& request) {
  return transport::problem(error, request.request_id);
}

transport::Response refuse(std::span<const policy::LimitRule> rules, const Reservation& reservation,
                           const transport::Request& request) {
  const policy::LimitRule& rule = rules[reservation.limit.value_or(0)];
  transport::Response response = refuse(policy::refusal(rule, decision_of(reservation)), request);
  add_rate_headers(rules, reservation, response);
  return response;
}

void add_rate_headers(std::span<const policy::LimitRule> rules, const Reservation& reservation,
                      transport::Response& response) {
  if (!reservation.limit) return;
  for (const policy::RateHeader& header :
       policy::rate_headers(rules[*reservation.limit], decision_of(reservation)))
    response.headers.push_back({header.name, header.value});
}

}  // namespace belay::surfaces
