// What the SDKs of model APIs read in the head of an error response (requirement K6): both names of the request's id,
// `retry-after-ms` beside Retry-After, and `x-should-retry: false` where an SDK would send a request again that can not
// succeed.
#pragma once

#include "base/error.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

// For an ErrorShape: sets those headers, and the content type of JSON. The response has its final status.
void set_sdk_error_headers(const Error& error, const transport::Request& request,
                           transport::Response& response);

}  // namespace belay::surfaces
