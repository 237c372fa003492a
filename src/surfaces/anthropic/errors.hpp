// Errors as Anthropic's API words them (requirement K32):
//
//   {"type":"error","error":{"type":"not_found_error","message":"…","code":"not_found","param":"model"},"request_id":"…"}
//
// `code` and `param` are ours: the stable name, and what the error is about. Responses also carry the headers of
// surfaces/sdk_errors.hpp.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "transport/error_shape.hpp"

namespace belay::surfaces::anthropic {

// What Anthropic's clients call an error.
struct ErrorName {
  int status = 500;
  std::string_view type;
};
ErrorName name_of(const Error& error);

// The JSON object above, on one line. `request_id` may be empty: then it has none.
void append_error(const Error& error, std::string_view request_id, std::string& out);

// Of all paths below /v1/messages, also those that the surface does not have.
const transport::ErrorShape& error_shape();

}  // namespace belay::surfaces::anthropic
