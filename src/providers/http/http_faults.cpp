#include "providers/http/http_faults.hpp"

#include "base/result.hpp"
#include "providers/status.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kUnreadable =
    "The provider's answer could not be read. Try again, or choose another model.";
constexpr std::string_view kNotReached = "The provider could not be reached. Try again later.";

struct Verdict {
  ErrorCode code;
  bool may_retry;
  std::string_view text;
  std::string_view advice;
};

Verdict verdict_of(HttpFault fault) {
  switch (fault) {
    case HttpFault::name:
      return {ErrorCode::provider_unavailable, true, kNotReached,
              "The provider's name could not be resolved. Check base_url and the network."};
    case HttpFault::connect:
      return {ErrorCode::provider_unavailable, true, kNotReached,
              "The provider could not be reached. Check base_url and the network."};
    case HttpFault::timeout:
      return {ErrorCode::provider_timeout, true,
              "The connection to the provider took too long. Try again later.",
              "No connection within connect_timeout. Check base_url and the network."};
    case HttpFault::tls:
      return {ErrorCode::provider_unavailable, true, kNotReached,
              "No secure connection to the provider could be made."};
    case HttpFault::certificate:
      return {ErrorCode::provider_unavailable, false, kModelNotAvailable,
              "The provider's certificate could not be verified. Check base_url and ca_file."};
    case HttpFault::address:
      return {ErrorCode::provider_rejected, false, kModelNotAvailable,
              "The provider's address cannot be used. Check base_url."};
    case HttpFault::cut:
      return {ErrorCode::provider_unavailable, true, "The connection to the provider was cut. Try again.",
              "The connection to the provider was cut."};
    case HttpFault::headers_too_large:
      return {ErrorCode::provider_broken, false, kUnreadable,
              "The provider's response headers are too large."};
    case HttpFault::unreadable:
      break;
  }
  return {ErrorCode::provider_broken, false, kUnreadable,
          "The provider's response is no HTTP that can be read."};
}

}  // namespace

HttpFailure http_failure(HttpFault fault, std::string_view cause) {
  const Verdict verdict = verdict_of(fault);
  HttpFailure failure{make_error(verdict.code, std::string(verdict.text)), verdict.may_retry};
  failure.error.advice = verdict.advice;
  if (!cause.empty()) failure.error.advice.append(" (").append(cause).append(")");
  return failure;
}

}  // namespace belay::providers
