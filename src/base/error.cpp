#include "base/error.hpp"

#include <array>
#include <utility>

namespace belay {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  bool retryable;
};

constexpr std::array kRows = {
    Row{ErrorCode::invalid_request, "invalid_request", false},
    Row{ErrorCode::unauthenticated, "unauthenticated", false},
    Row{ErrorCode::revoked, "revoked", false},
    Row{ErrorCode::forbidden, "forbidden", false},
    Row{ErrorCode::not_found, "not_found", false},
    Row{ErrorCode::method_not_allowed, "method_not_allowed", false},
    Row{ErrorCode::not_acceptable, "not_acceptable", false},
    Row{ErrorCode::request_timeout, "request_timeout", true},
    Row{ErrorCode::position_ahead, "position_ahead", false},
    Row{ErrorCode::conflict, "conflict", false},
    Row{ErrorCode::expired, "expired", false},
    Row{ErrorCode::position_lost, "position_lost", false},
    Row{ErrorCode::payload_too_large, "payload_too_large", false},
    Row{ErrorCode::headers_too_large, "headers_too_large", false},
    Row{ErrorCode::uri_too_long, "uri_too_long", false},
    Row{ErrorCode::unsupported_media_type, "unsupported_media_type", false},
    Row{ErrorCode::unprocessable, "unprocessable", false},
    Row{ErrorCode::idempotency_mismatch, "idempotency_mismatch", false},
    Row{ErrorCode::not_implemented, "not_implemented", false},
    Row{ErrorCode::rate_limited, "rate_limited", true},
    Row{ErrorCode::quota_exceeded, "quota_exceeded", false},
    Row{ErrorCode::session_used_up, "session_used_up", false},
    Row{ErrorCode::too_many_active, "too_many_active", true},
    Row{ErrorCode::server_full, "server_full", true},
    Row{ErrorCode::draining, "draining", true},
    Row{ErrorCode::storage_full, "storage_full", true},
    Row{ErrorCode::unavailable, "unavailable", true},
    Row{ErrorCode::cancelled, "cancelled", false},
    Row{ErrorCode::interrupted, "interrupted", true},
    Row{ErrorCode::deadline_exceeded, "deadline_exceeded", true},
    Row{ErrorCode::answer_too_large, "answer_too_large", false},
    Row{ErrorCode::provider_unavailable, "provider_unavailable", true},
    Row{ErrorCode::provider_timeout, "provider_timeout", true},
    Row{ErrorCode::provider_rejected, "provider_rejected", false},
    Row{ErrorCode::provider_rate_limited, "provider_rate_limited", true},
    Row{ErrorCode::provider_broken, "provider_broken", true},
    Row{ErrorCode::provider_content_filter, "provider_content_filter", false},
    Row{ErrorCode::internal, "internal", true},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<std::size_t>(kRows[i].code) != i) return false;
  return true;
}
static_assert(in_order(), "kRows is indexed by ErrorCode");

}  // namespace

std::string_view to_string(ErrorCode code) {
  return kRows.at(static_cast<std::size_t>(code)).name;
}

std::optional<ErrorCode> error_code_from(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.code;
  return std::nullopt;
}

bool is_retryable(ErrorCode code) {
  return kRows.at(static_cast<std::size_t>(code)).retryable;
}

}  // namespace belay
