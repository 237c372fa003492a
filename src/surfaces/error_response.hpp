// Error responses of the surfaces outside of a stream: problem documents, and the headers for rate limits
// (requirement X9).
#pragma once

#include <span>

#include "base/error.hpp"
#include "core/types/limit.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

transport::Response error_response(const Error& error, const transport::Request& request);
// With the headers of the limit that refused, if one did.
transport::Response error_response(const Error& error, std::span<const LimitStatus> limits,
                                   const transport::Request& request);
// Adds headers with what is left of the limits to a successful response.
void add_rate_headers(std::span<const LimitStatus> limits, transport::Response& response);

}  // namespace belay::surfaces
