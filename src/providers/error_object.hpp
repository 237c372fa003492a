// Reads the members of an error object, for the .cpp files of protocols (json_reading.hpp).
#pragma once

#include "providers/failures.hpp"
#include "providers/json_reading.hpp"

namespace belay::providers::json {

// A code is a text. Some servers send an HTTP status instead, as a number or as the text of a number.
inline error_code read_error_code(value any, ReportedError& error) {
  std::uint64_t status = 0;
  const bool is_text = is_type(any, json_type::string);
  if (is_text) {
    if (const auto failed = any.get_string().get(error.code)) return failed;
    const auto& code = error.code;
    if (std::from_chars(code.data(), code.data() + code.size(), status).ptr != code.data() + code.size())
      return SUCCESS;
  } else if (!is_type(any, json_type::number) || !read_number(any, status)) {
    return SUCCESS;
  }
  if (status >= 100 && status < 1000) error.status = static_cast<int>(status);
  return SUCCESS;
}

// Reads one member of an error object.
inline error_code read_error_member(std::string_view key, value member, ReportedError& out) {
  if (key == "type") return read_optional_text(member, out.type);
  if (key == "status") return read_optional_text(member, out.state);
  if (key == "code") return read_error_code(member, out);
  if (key == "message") return read_optional_text(member, out.message);
  // OpenRouter: the error text of the server behind it.
  if (key == "metadata" && is_type(member, json_type::object))
    return each_member(member, [&](std::string_view name, value raw) {
      return name == "raw" ? read_optional_text(raw, out.inner_message) : SUCCESS;
    });
  return SUCCESS;
}

// Reads the value of "error": an object, or a text from xAI and others. "", false and null mean no error.
inline error_code read_error(value any, std::optional<ReportedError>& out) {
  if (is_type(any, json_type::null)) return SUCCESS;
  if (is_type(any, json_type::string)) {
    std::string_view message;
    const auto error = any.get_string().get(message);
    if (!message.empty()) out.emplace().message = message;
    return error;
  }
  if (is_type(any, json_type::boolean)) {
    bool is_error = false;
    const auto error = any.get_bool().get(is_error);
    if (is_error) out.emplace();
    return error;
  }
  out.emplace();
  if (!is_type(any, json_type::object)) return SUCCESS;
  return each_member(
      any, [&](std::string_view key, value member) { return read_error_member(key, member, *out); });
}

}  // namespace belay::providers::json
