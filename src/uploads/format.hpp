// The formats of uploaded files.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace belay::uploads {

enum class Format { csv, txt, json };

// "CSV", "TXT", "JSON".
std::string_view to_string(Format format);

// The format that a file's name ends in, in any letter case. An error (unsupported_media_type) if it is none of
// ours.
Result<Format> format_of(std::string_view file_name);

// What is wrong with a file, if its first bytes belong to another kind of file (a zip archive, a picture,
// UTF-16, …). `head` is the first kHeadBytes bytes, or the whole file if it is shorter.
constexpr std::size_t kHeadBytes = 8;
Result<> check_head(std::string_view head, Format format);

// The error for a file whose content cannot be used: unprocessable.
Error unusable(std::string detail);

}  // namespace belay::uploads
