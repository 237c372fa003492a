// Errors outside a stream: application/problem+json (RFC 9457).
//
//   {"type":"https://belay.invalid/problems/rate_limited","title":"Too Many Requests","status":429,
//    "code":"rate_limited","detail":"…","field":"mode","limit":"assistant.rate.chat","request_id":"…"}
//
// `field` and `limit` are present only when they are known. 429 and 503 carry Retry-After in whole seconds,
// rounded up, at least 1. They carry none where waiting does not help, that is, when the error is not
// retryable and has no retry_after. 405 carries Allow, taken from Error::field: the router puts the methods
// there.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "transport/message.hpp"

namespace belay::transport {

int http_status(ErrorCode code);
Response problem(const Error& error, std::string_view request_id);
// For the few statuses that HTTP itself requires and that no error code maps to (417, 505).
Response problem(const Error& error, std::string_view request_id, int status);

}  // namespace belay::transport
