#include "surfaces/anthropic/errors.hpp"

#include "base/json_text.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/anthropic/parse.hpp"
#include "surfaces/sdk_errors.hpp"
#include "transport/problem.hpp"

namespace belay::surfaces::anthropic {
namespace {

int status_of(const Error& error) {
  if (error.code == ErrorCode::not_implemented && !error.field.empty()) return 400;
  if (error.code == ErrorCode::unprocessable && error.field == kAboutMessages) return 400;
  if (error.code == ErrorCode::provider_content_filter) return 422;
  return transport::http_status(error.code);
}

std::string_view type_of(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
      return "overloaded_error";
    case 504:
      return "timeout_error";
    default:
      return status >= 500 ? "api_error" : "invalid_request_error";
  }
}

class AnthropicErrors final : public transport::ErrorShape {
 public:
  void apply(const Error& error, const transport::Request& request,
             transport::Response& response) const override {
    // HTTP itself asks for some statuses that no code has (417, 505).
    if (response.status == transport::http_status(error.code)) response.status = name_of(error).status;
    std::string body;
    append_error(error, request.request_id, body);
    response.body = std::move(body);
    set_sdk_error_headers(error, request, response);
  }
};

}  // namespace

ErrorName name_of(const Error& error) {
  const int status = status_of(error);
  return {status, type_of(status)};
}

void append_error(const Error& error, std::string_view request_id, std::string& out) {
  out.append(R"({"type":"error","error":{"type":")").append(name_of(error).type);
  out.append(R"(","message":")");
  append_json_text(error.detail, out);
  out.append(R"(","code":")").append(to_string(error.code)).push_back('"');
  // Of 405 the field holds the methods that the path has.
  if (!error.field.empty() && error.code != ErrorCode::method_not_allowed) {
    out.append(R"(,"param":")");
    append_json_text(error.field, out);
    out.push_back('"');
  }
  out.push_back('}');
  if (!request_id.empty()) {
    out.append(R"(,"request_id":")");
    append_json_text(request_id, out);
    out.push_back('"');
  }
  out.push_back('}');
}

const transport::ErrorShape& error_shape() {
  static const AnthropicErrors shape;
  return shape;
}

}  // namespace belay::surfaces::anthropic
