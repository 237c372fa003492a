// Errors in terms that all modules share and that belong to no protocol.
//
// An Error is a value: it is returned in a Result, never thrown. `code` is stable: clients and dashboards
// depend on it. `detail` says to a person what to change. `advice` says the same to the operator. None of
// them ever holds a secret or the text of a prompt. Each edge maps codes to HTTP statuses or stream events
// itself (transport/problem.hpp, surfaces/*/errors.cpp).
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
  revoked,                 // signed in, but an operator has revoked the user's or the token's access
  forbidden,               // signed in, but tier, role or origin does not allow it
  not_found,               // unknown, or belongs to another user
  method_not_allowed,      // the path exists, the method does not
  not_acceptable,          // the client asks for a representation that the server does not have
  request_timeout,         // the request did not arrive in time
  position_ahead,          // a position that the log has not reached yet
  conflict,                // the current state of the object does not allow it
  expired,                 // it existed, but is no longer kept
  position_lost,           // the events at this position are no longer kept, or were lost
  payload_too_large,       // the body exceeds the limit
  headers_too_large,       // the header section exceeds the limit
  uri_too_long,            // the request target exceeds the limit
  unsupported_media_type,  // the body has a type that this endpoint does not read
  unprocessable,           // well-formed but unusable
  idempotency_mismatch,    // same Idempotency-Key, different body
  not_implemented,         // a protocol feature that the server does not support
  // Policy
  rate_limited,     // too many requests in the window: retry after retry_after
  quota_exceeded,   // no quota left until the period ends
  session_used_up,  // the session has had all its requests: waiting does not help, start a new one
  too_many_active,  // too many at the same time for this user
  server_full,      // too many at the same time for this server
  draining,         // the server is shutting down: no new runs
  storage_full,     // the disk is full: no new runs
  unavailable,      // the server is not ready, or a required part is missing
  // How a run ended
  cancelled,                // by a client
  interrupted,              // the process died, and the answer could not be resumed
  deadline_exceeded,        // the run exceeded its time limit
  answer_too_large,         // the answer exceeded its size limit
  provider_unavailable,     // the provider could not be reached, or is overloaded
  provider_timeout,         // the provider was reached, but sent nothing in time
  provider_rejected,        // the provider refused our request: key, model, input
  provider_rate_limited,    // the provider's own rate limit
  provider_broken,          // the provider's stream was malformed or truncated
  provider_content_filter,  // the provider withheld the answer
  // Faults of this server
  internal,
};

// The stable name: "rate_limited".
std::string_view to_string(ErrorCode code);
std::optional<ErrorCode> error_code_from(std::string_view name);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;  // what to change; for people
  std::string field;   // the JSON field, parameter or header that caused the error; may be empty
  std::string limit;   // the name of the limit that was reached; may be empty
  std::optional<std::chrono::milliseconds> retry_after;
  std::string advice{};  // for the operator: logged, never sent to a client; may be empty
};

// Whether the same request may succeed later without a change. Stream errors carry this as `retryable`.
bool is_retryable(ErrorCode code);

}  // namespace belay
