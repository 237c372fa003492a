#include "transport/problem.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.hpp"

namespace belay::transport {
namespace {

void append_member(std::string& json, std::string_view name, std::string_view value) {
  json += ",\"";
  json += name;
  json += "\":\"";
  append_json_text(value, json);
  json += '"';
}

}  // namespace

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_request:
      return 400;
    case ErrorCode::unauthenticated:
    case ErrorCode::revoked:
      return 401;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::method_not_allowed:
      return 405;
    case ErrorCode::not_acceptable:
      return 406;
    case ErrorCode::request_timeout:
      return 408;
    case ErrorCode::position_ahead:
    case ErrorCode::conflict:
    case ErrorCode::cancelled:
      return 409;
    case ErrorCode::expired:
    case ErrorCode::position_lost:
      return 410;
    case ErrorCode::payload_too_large:
      return 413;
    case ErrorCode::headers_too_large:
      return 431;
    case ErrorCode::uri_too_long:
      return 414;
    case ErrorCode::unsupported_media_type:
      return 415;
    case ErrorCode::unprocessable:
    case ErrorCode::idempotency_mismatch:
    case ErrorCode::provider_content_filter:
      return 422;
    case ErrorCode::rate_limited:
    case ErrorCode::quota_exceeded:
    case ErrorCode::session_used_up:
    case ErrorCode::too_many_active:
      return 429;
    case ErrorCode::not_implemented:
      return 501;
    case ErrorCode::answer_too_large:
    case ErrorCode::provider_rejected:
    case ErrorCode::provider_broken:
      return 502;
    case ErrorCode::server_full:
    case ErrorCode::draining:
    case ErrorCode::storage_full:
    case ErrorCode::unavailable:
    case ErrorCode::interrupted:
    case ErrorCode::provider_unavailable:
    case ErrorCode::provider_rate_limited:
      return 503;
    case ErrorCode::deadline_exceeded:
    case ErrorCode::provider_timeout:
      return 504;
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

Response problem(const Error& error, std::string_view request_id) {
  return problem(error, request_id, http_status(error.code));
}

Response problem(const Error& error, std::string_view request_id, int status) {
  const bool lists_methods = error.code == ErrorCode::method_not_allowed;
  std::string json = fmt::format(
      R"({{"type":"https://belay.invalid/problems/{}","title":"{}","status":{},"code":"{}","detail":")",
      to_string(error.code), reason_phrase(status), status, to_string(error.code));
  append_json_text(error.detail, json);
  json += '"';
  if (!error.field.empty() && !lists_methods) append_member(json, "field", error.field);
  if (!error.limit.empty()) append_member(json, "limit", error.limit);
  if (!request_id.empty()) append_member(json, "request_id", request_id);
  json += '}';

  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/problem+json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  const bool waiting_helps = error.retry_after || is_retryable(error.code);
  if ((status == 429 || status == 503) && waiting_helps) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(error.retry_after.value_or(Milliseconds(0)));
    response.headers.push_back({"Retry-After", fmt::to_string(std::max<std::int64_t>(1, wait.count()))});
  }
  if (lists_methods && !error.field.empty()) response.headers.push_back({"Allow", error.field});
  if (status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  response.body = std::move(json);
  response.error = std::make_unique<const Error>(error);
  return response;
}

}  // namespace belay::transport
