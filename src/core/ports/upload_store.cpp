#include "core/ports/upload_store.hpp"

#include <fmt/format.h>

namespace belay {

std::optional<Error> refused_by(const UploadLimits& limits, const UploadUsage& usage, ByteCount size) {
  Error error = make_error(ErrorCode::conflict, {}, "file");
  if (usage.files >= limits.max_files) {
    error.detail = fmt::format(
        "You have {} uploads, and no more are kept. Delete one and upload this file again.", usage.files);
    error.limit = "uploads.max_files_per_user";
    return error;
  }
  if (usage.bytes.value + size.value > limits.max_bytes.value) {
    error.detail = "Your uploads take all the space that you have. Delete one and upload this file again.";
    error.limit = "uploads.max_bytes_per_user";
    return error;
  }
  return std::nullopt;
}

}  // namespace belay
