// Errors of a whole calendar file.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace belay::calendar {

// "The calendar cannot be read. Line 12: ..."
inline Error file_error(std::size_t line, const std::string& text) {
  return make_error(ErrorCode::unprocessable,
                    "The calendar cannot be read. Line " + std::to_string(line) + ": " + text, "file");
}

inline Error too_large(std::string limit, std::string text) {
  Error error = make_error(ErrorCode::payload_too_large, std::move(text), "file");
  error.limit = std::move(limit);
  return error;
}

}  // namespace belay::calendar
