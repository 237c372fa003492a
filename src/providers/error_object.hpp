// The members of an error object, for the .cpp files of dialects (json_reading.hpp).
#pragma once

#include "providers/failures.hpp"
#include "providers/json_reading.hpp"

namespace belay::providers::json {

// A code is a text, or from some servers a status as a number.
inline error_code read_error_code(value any, ReportedError& error) {
  std::uint64_t status = 0;
  if (is_type(any, json_type::number)) {
    if (read_number(any, status) && status < 1000) error.status = static_cast<int>(status);
    return SUCCESS;
  }
  return read_optional_text(any, error.code);
}

// What stands under "error": an object, or from xAI a text.
inline error_code read_error(value any, std::optional<ReportedError>& out) {
  if (is_type(any, json_type::null)) return SUCCESS;
  out.emplace();
  if (!is_type(any, json_type::object)) return SUCCESS;
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "type") return read_optional_text(member, out->type);
    if (key == "code") return read_error_code(member, *out);
    return SUCCESS;
  });
}

}  // namespace belay::providers::json
