// Reading JSON bodies at a surface's edge: strict, bounded, with errors that name the field.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

// Nesting beyond this is refused.
inline constexpr std::size_t kMostJsonDepth = 32;

// The body as one JSON object in valid UTF-8. `unsupported_media_type` unless the content type is JSON, else
// `invalid_request`.
Result<boost::json::object> parse_json_object(const transport::Request& request);

Result<std::string> required_string(const boost::json::object& body, std::string_view field);
// Absent and null are the empty string.
Result<std::string> optional_string(const boost::json::object& body, std::string_view field);

}  // namespace belay::surfaces
