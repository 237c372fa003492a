// Errors as OpenAI's API words them (requirements K5 and K6):
//
//   {"error":{"message":"…","type":"invalid_request_error","param":"model","code":"model_not_found"}}
//
// Responses also carry both names of the request's id, `retry-after-ms` beside Retry-After, and `x-should-retry: false`
// where an SDK would send a request again that can not succeed.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "transport/error_shape.hpp"

namespace belay::surfaces::openai {

// What OpenAI's clients call an error.
struct ErrorName {
  int status = 500;
  std::string_view type;
  std::string_view code;
};
ErrorName name_of(const Error& error);

// The JSON object above, on one line.
void append_error(const Error& error, std::string& out);

// Of all paths of the surface, also those that it does not have.
const transport::ErrorShape& error_shape();

}  // namespace belay::surfaces::openai
