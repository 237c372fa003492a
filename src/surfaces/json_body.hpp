// Reading JSON bodies at a surface's edge: strict, bounded, with errors that name the field.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "base/units.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

// Nesting beyond this is refused.
inline constexpr std::size_t kMostJsonDepth = 32;

// The body as one JSON object in valid UTF-8; it points into the request. `unsupported_media_type` unless the
// content type is JSON in UTF-8, else `invalid_request`.
Result<JsonObject> parse_json_object(const transport::Request& request);

Result<std::string> required_string(const JsonObject& body, std::string_view field);
// Absent and null are the empty string.
Result<std::string> optional_string(const JsonObject& body, std::string_view field);

// What names a thing (a track, a model, a persona): at most so many bytes, without NUL. Absent and null are
// the empty string.
Result<std::string> optional_name(const JsonObject& body, std::string_view field, std::size_t most_bytes);
// What a person says to the model: there is something to read in it, and no NUL. `payload_too_large` beyond
// `most`.
Result<std::string> required_message(const JsonObject& body, std::string_view field, ByteCount most);

}  // namespace belay::surfaces
