// An Upload as bytes, to be stored, and back (core/types/codec.hpp).
//
//   form := version (1 byte, 1)  fields
//
// Reading is strict: bytes that write_upload() would not write give an error, also if they could be understood. What a
// later version of this server writes has another version number.
//
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "uploads/upload.hpp"

namespace belay::uploads {

// A longer form is refused when it is read.
constexpr std::size_t kMaxFormBytes = 8 << 20;

std::string write_upload(const Upload& upload);
// Fails with `internal`.
Result<Upload> read_upload_form(std::string_view form);

}  // namespace belay::uploads
