#include "surfaces/sdk_errors.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "transport/error_shape.hpp"

namespace belay::surfaces {
namespace {

// The SDKs send these again.
bool is_retried(int status) {
  return status == 408 || status == 409 || status == 429 || status >= 500;
}

}  // namespace

void set_sdk_error_headers(const Error& error, const transport::Request& request,
                           transport::Response& response) {
  transport::set_header(response, "Content-Type", "application/json");
  transport::set_header(response, "request-id", request.request_id);
  const auto waits = std::any_of(response.headers.begin(), response.headers.end(),
                                 [](const auto& header) { return header.name == "Retry-After"; });
  if (waits) {
    const auto wait = std::max(error.retry_after.value_or(Milliseconds(1'000)), Milliseconds(1));
    transport::set_header(response, "retry-after-ms", fmt::to_string(wait.count()));
  }
  if (is_retried(response.status) && !is_retryable(error.code))
    transport::set_header(response, "x-should-retry", "false");
}

}  // namespace belay::surfaces
