#include "surfaces/openai/errors.hpp"

#include "base/json_text.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/openai/parse.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/sdk_errors.hpp"
#include "transport/problem.hpp"

namespace belay::surfaces::openai {
namespace {

constexpr std::string_view kInvalid = "invalid_request_error";
constexpr std::string_view kPermission = "permission_error";
constexpr std::string_view kRateLimit = "rate_limit_error";
constexpr std::string_view kServer = "server_error";

bool is_about_model(const Error& error) {
  return error.field == services::kAboutModel;
}

std::string_view type_of(int status) {
  if (status == 403) return kPermission;
  if (status == 429) return kRateLimit;
  return status >= 500 ? kServer : kInvalid;
}

class OpenAiErrors final : public transport::ErrorShape {
 public:
  void apply(const Error& error, const transport::Request& request,
             transport::Response& response) const override {
    // HTTP itself asks for some statuses that no code has (417, 505).
    if (response.status == transport::http_status(error.code)) response.status = name_of(error).status;
    std::string body;
    append_error(error, body);
    response.body = std::move(body);
    set_sdk_error_headers(error, request, response);
  }
};

}  // namespace

ErrorName name_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::unauthenticated:
      return {401, kInvalid, "invalid_api_key"};
    case ErrorCode::not_found:
      if (is_about_model(error)) return {404, kInvalid, "model_not_found"};
      if (error.field == responses::kAboutPrevious) return {400, kInvalid, "previous_response_not_found"};
      // The router knows no field.
      if (error.field.empty()) return {404, kInvalid, "unknown_url"};
      break;
    case ErrorCode::forbidden:
      if (is_about_model(error)) return {403, kPermission, "tier_required"};
      break;
    case ErrorCode::not_implemented:
      if (!error.field.empty()) return {400, kInvalid, "unsupported_value"};
      break;
    case ErrorCode::unprocessable:
      if (error.field == kAboutMessages || error.field == responses::kAboutInput)
        return {400, kInvalid, "context_length_exceeded"};
      break;
    case ErrorCode::rate_limited:
      return {429, kRateLimit, "rate_limit_exceeded"};
    case ErrorCode::quota_exceeded:
      return {429, "insufficient_quota", "insufficient_quota"};
    case ErrorCode::provider_content_filter:
      return {422, kInvalid, "content_filter"};
    default:
      break;
  }
  const int status = transport::http_status(error.code);
  return {status, type_of(status), to_string(error.code)};
}

void append_error(const Error& error, std::string& out) {
  const ErrorName name = name_of(error);
  out.append(R"({"error":{"message":")");
  append_json_text(error.detail, out);
  out.append(R"(","type":")").append(name.type).append(R"(","param":)");
  // Of 405 the field holds the methods that the path has.
  if (error.field.empty() || error.code == ErrorCode::method_not_allowed) {
    out.append("null");
  } else {
    out.push_back('"');
    append_json_text(error.field, out);
    out.push_back('"');
  }
  out.append(R"(,"code":")").append(name.code).append("\"}}");
}

const transport::ErrorShape& error_shape() {
  static const OpenAiErrors shape;
  return shape;
}

}  // namespace belay::surfaces::openai
