#include "surfaces/json_body.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace belay::surfaces {
namespace {

bool is_json_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  std::string lower(type);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower == "application/json";
}

std::string_view kind_of(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

Error wrong_type(std::string_view field, const boost::json::value& value) {
  return make_error(ErrorCode::invalid_request,
                    std::string(field) + " must be a string, not " + std::string(kind_of(value)) + ".",
                    std::string(field));
}

}  // namespace

Result<boost::json::object> parse_json_object(const transport::Request& request) {
  const auto type = request.header("content-type");
  if (!type || !is_json_type(*type))
    return make_error(ErrorCode::unsupported_media_type,
                      "Send the body as JSON, with Content-Type: application/json.", "Content-Type");
  boost::json::parse_options options;
  options.max_depth = kMostJsonDepth;
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(request.body, error, {}, options);
  if (error == boost::json::error::too_deep)
    return make_error(ErrorCode::invalid_request,
                      "The body is nested too deeply: at most 32 levels are read.");
  if (error == boost::json::error::syntax && request.body.empty())
    return make_error(ErrorCode::invalid_request, "The body is empty. Send a JSON object.");
  if (error)
    return make_error(ErrorCode::invalid_request, "The body is not valid JSON: " + error.message() + ".");
  if (!value.is_object()) return make_error(ErrorCode::invalid_request, "The body must be a JSON object.");
  return std::move(value.as_object());
}

Result<std::string> optional_string(const boost::json::object& body, std::string_view field) {
  const boost::json::value* value = body.if_contains(field);
  if (!value || value->is_null()) return std::string();
  if (!value->is_string()) return wrong_type(field, *value);
  return std::string(value->get_string());
}

Result<std::string> required_string(const boost::json::object& body, std::string_view field) {
  const boost::json::value* value = body.if_contains(field);
  if (!value)
    return make_error(ErrorCode::invalid_request, std::string(field) + " is missing.", std::string(field));
  if (!value->is_string()) return wrong_type(field, *value);
  return std::string(value->get_string());
}

}  // namespace belay::surfaces
