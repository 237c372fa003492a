#include "storage/backup/files.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "base/digest.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 1 << 20;

using Visit = std::function<Result<>(std::string_view)>;

// Reads the first `max` bytes in pieces.
Result<> read_pieces(const FileDescriptor& file, const fs::path& path, ByteCount max, const Visit& visit) {
  std::vector<char> buffer(std::min<std::uint64_t>(kPiece, std::max<std::uint64_t>(max.value, 1)));
  for (std::uint64_t at = 0; at < max.value;) {
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), max.value - at);
    const ssize_t read = ::pread(file.get(), buffer.data(), wanted, static_cast<off_t>(at));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return file_error(path, "read", errno);
    if (read == 0) return {};
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(read));
    if (auto visited = visit(piece); !visited) return visited;
    at += piece.size();
  }
  return {};
}

Result<> write_piece(const FileDescriptor& file, const fs::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(path, "written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<FileDescriptor> create(const fs::path& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return file_error(path, "created", errno);
  return file;
}

Result<> sync(const FileDescriptor& file, const fs::path& path) {
  if (::fsync(file.get()) != 0) return file_error(path, "written to the disk", errno);
  return {};
}

}  // namespace

Error file_error(const fs::path& path, std::string_view verb, std::error_code error) {
  const bool full = error == std::errc::no_space_on_device || error == std::errc::file_too_large ||
                    error == std::error_code(EDQUOT, std::generic_category());
  const ErrorCode code = full                                            ? ErrorCode::storage_full
                         : error == std::errc::no_such_file_or_directory ? ErrorCode::not_found
                                                                         : ErrorCode::unavailable;
  return make_error(code, fmt::format("{} cannot be {}: {}.{}", path.string(), verb, error.message(),
                                      full ? " Free space on that disk, or use another one." : ""));
}

Error file_error(const fs::path& path, std::string_view verb, int error_number) {
  return file_error(path, verb, std::error_code(error_number, std::generic_category()));
}

Result<FileDescriptor> open_to_read(const fs::path& path) {
  // Opening a pipe would wait for its writer.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) return file_error(path, "opened", errno);
  if (S_ISREG(about.st_mode)) return file;
  return make_error(ErrorCode::unavailable, fmt::format("{} is not a regular file.", path.string()));
}

Result<std::string> read_text(const fs::path& path, ByteCount max) {
  const auto file = open_to_read(path);
  if (!file) return file.error();
  std::string text;
  const auto read = read_pieces(*file, path, max, [&](std::string_view piece) {
    text += piece;
    return Result<>();
  });
  if (!read) return read.error();
  return text;
}

Result<FileContents> read_contents(const fs::path& path) {
  const auto file = open_to_read(path);
  if (!file) return file.error();
  FileContents contents;
  Digest digest;
  const auto read = read_pieces(*file, path, {UINT64_MAX}, [&](std::string_view piece) {
    digest.add(piece);
    contents.size.value += piece.size();
    return Result<>();
  });
  if (!read) return read.error();
  contents.sha256 = digest.hexadecimal();
  return contents;
}

Result<FileContents> copy_file(const FileDescriptor& from, const fs::path& from_path, ByteCount max,
                               const fs::path& to) {
  const auto file = create(to);
  if (!file) return file.error();
  FileContents contents;
  Digest digest;
  const auto copied = read_pieces(from, from_path, max, [&](std::string_view piece) {
    digest.add(piece);
    contents.size.value += piece.size();
    return write_piece(*file, to, piece);
  });
  if (!copied) return copied.error();
  if (auto synced = sync(*file, to); !synced) return synced.error();
  contents.sha256 = digest.hexadecimal();
  return contents;
}

Result<> write_text(const fs::path& path, std::string_view text) {
  const auto file = create(path);
  if (!file) return file.error();
  if (auto written = write_piece(*file, path, text); !written) return written;
  return sync(*file, path);
}

Result<> make_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0) return file_error(path, "created", errno);
  return {};
}

Result<> sync_file(const fs::path& path) {
  const auto file = open_to_read(path);
  if (!file) return file.error();
  return sync(*file, path);
}

Result<> sync_directory(const fs::path& path) {
  const FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a directory, and need not: they return EINVAL.
  if (!directory || (::fsync(directory.get()) != 0 && errno != EINVAL))
    return file_error(path, "written to the disk", errno);
  return {};
}

}  // namespace belay::storage
