// What went wrong, in terms that every room shares and no protocol knows.
//
// An Error is a value: it is returned in a Result, never thrown. `code` is stable (clients and dashboards key
// on it), `detail` says to a person what to change, `advice` to the operator; none of them ever holds a
// secret or prompt text. How a code becomes an HTTP status or a stream event is each edge's own business
// (transport/problem.hpp, surfaces/*/errors.cpp).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace belay {

enum class ErrorCode {
  // The request
  invalid_request,         // malformed, wrong type, missing field
  unauthenticated,         // not signed in
  forbidden,               // signed in, but tier, role or origin does not allow it
  not_found,               // unknown, or somebody else's
  method_not_allowed,      // the path exists, the method does not
  not_acceptable,          // the client asks for a representation that does not exist
  request_timeout,         // the request did not arrive in time
  position_ahead,          // a position that the log has not reached
  conflict,                // the state of the thing does not allow it
  expired,                 // it existed and is no longer kept
  position_lost,           // the position belongs to events that are no longer kept or were lost
  payload_too_large,       // body over the limit
  headers_too_large,       // header section over the limit
  uri_too_long,            // request target over the limit
  unsupported_media_type,  // body is not of a type that is read here
  unprocessable,           // well-formed but unusable
  idempotency_mismatch,    // same Idempotency-Key, another body
  not_implemented,         // a protocol feature that is refused
  // Policy
  rate_limited,     // too many in the window: come back after retry_after
  quota_exceeded,   // used up until the period ends
  session_used_up,  // the session has had all its requests: a new one is needed, waiting does not help
  too_many_active,  // too many at once for this user
  server_full,      // too many at once for this server
  draining,         // shutting down: no new runs
  storage_full,     // the disk is full: no new runs
  unavailable,      // not ready, or a part that is needed is missing
  // A run's end
  cancelled,                // by a client
  interrupted,              // the process died and the answer could not be taken up again
  deadline_exceeded,        // took longer than it may
  answer_too_large,         // the answer grew past the limit
  provider_unavailable,     // could not be reached, or overloaded
  provider_timeout,         // reached, but silent
  provider_rejected,        // refused our request: key, model, input
  provider_rate_limited,    // the provider's own limit
  provider_broken,          // malformed or truncated stream
  provider_content_filter,  // the provider withheld the answer
  // Ours
  internal,
};

// The stable name: "rate_limited".
std::string_view to_string(ErrorCode code);
std::optional<ErrorCode> error_code_from(std::string_view name);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;  // what to change; for people
  std::string field;   // the JSON field, parameter or header at fault; may be empty
  std::string limit;   // the name of the limit that was hit; may be empty
  std::optional<std::chrono::milliseconds> retry_after;
  std::string advice{};  // for the operator: logged, never sent to a client; may be empty
};

// Whether the same request may succeed later without a change: what `retryable` in stream errors says.
bool is_retryable(ErrorCode code);

}  // namespace belay
