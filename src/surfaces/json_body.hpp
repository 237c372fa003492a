// Reads JSON bodies of requests: strict, bounded, with errors that name the field.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "base/units.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

// Deeper nesting is rejected.
inline constexpr std::size_t kMaxJsonDepth = 32;

// The body as one JSON object in valid UTF-8; it points into the request. Fails with `unsupported_media_type`
// unless the content type is JSON in UTF-8, otherwise with `invalid_request`.
Result<JsonObject> parse_json_object(const transport::Request& request);

Result<std::string> required_string(const JsonObject& body, std::string_view field);
// Absent and null give the empty string.
Result<std::string> optional_string(const JsonObject& body, std::string_view field);

// The name of a thing (a track, a model, a persona): at most `max_bytes`, without NUL. Absent and null give
// the empty string.
Result<std::string> optional_name(const JsonObject& body, std::string_view field, std::size_t max_bytes);
// A person's message to the model. It must contain visible text and no NUL. Fails with `payload_too_large` if
// it is longer than `max`.
Result<std::string> required_message(const JsonObject& body, std::string_view field, ByteCount max);

// The same rules for a text that came otherwise. It must be valid UTF-8.
Result<std::string> checked_message(std::string text, std::string_view field, ByteCount max);

}  // namespace belay::surfaces
