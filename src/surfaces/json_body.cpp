#include "surfaces/json_body.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "prompts/hygiene.hpp"
#include "transport/target.hpp"

namespace belay::surfaces {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Returns the text up to the next `mark` outside of quotes, and removes it from `rest`.
std::string_view take_until(char mark, std::string_view& rest) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (quoted || rest[end] != mark); ++end)
    if (rest[end] == '"') quoted = !quoted;
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return piece;
}

// ASCII is accepted because it is a subset of UTF-8.
bool is_utf8_name(std::string_view charset) {
  if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
    charset = charset.substr(1, charset.size() - 2);
  const std::string name = transport::lower_case(charset);
  return name == "utf-8" || name == "utf8" || name == "us-ascii";
}

Result<> check_content_type(const transport::Request& request) {
  std::string_view rest = request.header("content-type").value_or("");
  if (transport::lower_case(trimmed(take_until(';', rest))) != "application/json")
    return make_error(ErrorCode::unsupported_media_type,
                      "Send the body as JSON, with Content-Type: application/json.", "Content-Type");
  while (!rest.empty()) {
    std::string_view value = take_until(';', rest);
    const std::string_view name = take_until('=', value);
    if (transport::lower_case(trimmed(name)) == "charset" && !is_utf8_name(trimmed(value)))
      return make_error(ErrorCode::unsupported_media_type,
                        "Send the body in UTF-8: JSON is read in no other charset.", "Content-Type");
  }
  return {};
}

std::string_view kind_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "a boolean";
    case JsonKind::number:
      return "a number";
    case JsonKind::string:
      return "a string";
    case JsonKind::array:
      return "an array";
    case JsonKind::object:
      return "an object";
  }
  return "something else";
}

Error bad(std::string_view field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::string(field));
}

Error nul_in(std::string_view field) {
  return bad(field, fmt::format("{} must not hold a NUL character (\\u0000). Take it out.", field));
}

Result<std::string> string_of(const JsonObject::Member& member) {
  if (member.kind != JsonKind::string)
    return bad(member.name, fmt::format("{} must be a string, not {}.", member.name, kind_of(member.kind)));
  return member.text;
}

}  // namespace

Result<JsonObject> parse_json_object(const transport::Request& request) {
  if (const auto fine = check_content_type(request); !fine) return fine.error();
  return JsonObject::read(request.body, kMaxJsonDepth);
}

Result<std::string> optional_string(const JsonObject& body, std::string_view field) {
  const JsonObject::Member* member = body.find(field);
  if (!member || member->kind == JsonKind::null) return std::string();
  return string_of(*member);
}

Result<std::string> required_string(const JsonObject& body, std::string_view field) {
  const JsonObject::Member* member = body.find(field);
  if (!member) return bad(field, fmt::format("{} is missing.", field));
  return string_of(*member);
}

Result<std::string> optional_name(const JsonObject& body, std::string_view field, std::size_t max_bytes) {
  auto name = optional_string(body, field);
  if (!name) return name;
  if (name->size() > max_bytes)
    return bad(field, fmt::format("{} must not be longer than {} bytes.", field, max_bytes));
  if (name->find('\0') != std::string::npos) return nul_in(field);
  return name;
}

Result<std::string> required_message(const JsonObject& body, std::string_view field, ByteCount max) {
  auto text = required_string(body, field);
  if (!text) return text;
  return checked_message(std::move(*text), field, max);
}

Result<std::string> checked_message(std::string text, std::string_view field, ByteCount max) {
  if (text.empty()) return bad(field, fmt::format("{} must not be empty.", field));
  if (!prompts::has_visible_text(text))
    return bad(field,
               fmt::format("{} must not be empty: it holds spaces and invisible characters only.", field));
  if (text.size() > max.value)
    return make_error(ErrorCode::payload_too_large,
                      fmt::format("{} is too long: at most {} bytes are taken.", field, max.value),
                      std::string(field));
  if (text.find('\0') != std::string::npos) return nul_in(field);
  return text;
}

}  // namespace belay::surfaces
