#include "surfaces/error_response.hpp"

#include <algorithm>

#include "policy/limits.hpp"
#include "transport/problem.hpp"

namespace belay::surfaces {
namespace {

// Both fields are lists: a second limit is appended to the first.
void append_rate_headers(const LimitStatus& status, transport::Response& response) {
  for (policy::RateHeader& header : policy::rate_headers(status)) {
    const auto there = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const transport::Header& each) { return each.name == header.name; });
    if (there == response.headers.end())
      response.headers.push_back({header.name, std::move(header.value)});
    else
      there->value.append(", ").append(header.value);
  }
}

}  // namespace

transport::Response error_response(const Error& error, const transport::Request& request) {
  return transport::problem(error, request.request_id);
}

transport::Response error_response(const Error& error, std::span<const LimitStatus> limits,
                                   const transport::Request& request) {
  transport::Response response = error_response(error, request);
  for (const LimitStatus& status : limits)
    if (status.refused) append_rate_headers(status, response);
  return response;
}

void add_rate_headers(std::span<const LimitStatus> limits, transport::Response& response) {
  for (const LimitStatus& status : limits) append_rate_headers(status, response);
}

}  // namespace belay::surfaces
