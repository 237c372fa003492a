#include "surfaces/ag_ui/errors.hpp"

#include <string>
#include <string_view>

#include "base/json_text.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/ag_ui/parse.hpp"

namespace belay::surfaces::ag_ui {
namespace {

void append_member(std::string_view name, std::string_view value, std::string& out) {
  out.append(out.size() == 1 ? "\"" : ",\"").append(name).append("\":\"");
  append_json_text(value, out);
  out.push_back('"');
}

class AgUiErrors final : public transport::ErrorShape {
 public:
  void apply(const Error& error, const transport::Request& request,
             transport::Response& response) const override {
    if (request.header("accept") == "application/problem+json") return;
    std::string body = "{";
    append_member("message", error.detail.empty() ? to_string(error.code) : error.detail, body);
    append_member("code", to_string(error.code), body);
    // Of 405 the field holds the methods that the path has.
    if (!error.field.empty() && error.code != ErrorCode::method_not_allowed)
      append_member("field", error.field, body);
    if (!error.limit.empty()) append_member("limit", error.limit, body);
    if (!request.request_id.empty()) append_member("requestId", request.request_id, body);
    body.push_back('}');
    response.body = std::move(body);
    set_header(response, "Content-Type", "application/json");
  }
};

}  // namespace

Error in_ag_ui_terms(Error error) {
  if (error.field == services::kAboutModel) error.field = "forwardedProps.model";
  if (error.field == services::kAboutMessage) error.field = kAboutMessages;
  if (error.field == services::kAboutConversation) {
    error.field = kAboutThread;
    if (error.code == ErrorCode::not_found) error.detail = "There is no such thread. Check its id.";
  }
  // An image or a file that the model does not take: the client can leave it out.
  if (error.code == ErrorCode::not_implemented && !error.field.empty())
    error.code = ErrorCode::invalid_request;
  return error;
}

const transport::ErrorShape& error_shape() {
  static const AgUiErrors shape;
  return shape;
}

}  // namespace belay::surfaces::ag_ui
