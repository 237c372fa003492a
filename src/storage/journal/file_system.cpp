#include "storage/journal/file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

namespace belay::storage {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}
std::error_code outcome(int result) {
  return result == 0 ? std::error_code() : last_error();
}

class PosixSegmentFile final : public SegmentFile {
 public:
  explicit PosixSegmentFile(int fd) : fd_(fd) {}
  ~PosixSegmentFile() override { ::close(fd_); }

  Written write(std::span<const iovec> ranges) override {
    const ssize_t written = ::writev(fd_, ranges.data(), static_cast<int>(ranges.size()));
    if (written < 0) return {0, last_error()};
    return {static_cast<std::size_t>(written), {}};
  }
  std::error_code truncate(ByteCount size) override {
    return outcome(::ftruncate(fd_, static_cast<off_t>(size.value)));
  }
  std::error_code sync() override { return outcome(::fdatasync(fd_)); }
  void preallocate(ByteCount size) override {
    [[maybe_unused]] const int ignored =
        ::fallocate(fd_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size.value));
  }

 private:
  const int fd_;
};

}  // namespace

std::error_code PosixFileSystem::make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return last_error();
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) return last_error();
  if (S_ISDIR(about.st_mode)) return {};
  return std::make_error_code(S_ISLNK(about.st_mode) ? std::errc::too_many_symbolic_link_levels
                                                     : std::errc::not_a_directory);
}

FileSystem::Created PosixFileSystem::create(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return {nullptr, last_error()};
  return {std::make_unique<PosixSegmentFile>(fd), {}};
}

std::error_code PosixFileSystem::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  return outcome(::rename(from.c_str(), to.c_str()));
}

std::error_code PosixFileSystem::remove(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return last_error();
}

std::error_code PosixFileSystem::sync_directory(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return last_error();
  const std::error_code error = outcome(::fsync(fd));
  ::close(fd);
  return error;
}

FileSystem::Space PosixFileSystem::space(const std::filesystem::path& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) return {{}, last_error()};
  return {{std::uint64_t(about.f_bavail) * about.f_frsize}, {}};
}

std::error_code write_all(SegmentFile& file, std::span<iovec> ranges) {
  while (!ranges.empty()) {
    const auto now = ranges.first(std::min(ranges.size(), SegmentFile::kMaxRanges));
    auto [bytes, error] = file.write(now);
    if (error == std::errc::interrupted) continue;
    if (error) return error;
    if (bytes == 0) return std::make_error_code(std::errc::io_error);
    while (!ranges.empty() && bytes >= ranges.front().iov_len) {
      bytes -= ranges.front().iov_len;
      ranges = ranges.subspan(1);
    }
    if (bytes == 0) continue;
    ranges.front().iov_base = static_cast<char*>(ranges.front().iov_base) + bytes;
    ranges.front().iov_len -= bytes;
  }
  return {};
}

Error storage_error(std::error_code error, const std::string& what) {
  const bool full = error == std::errc::no_space_on_device || error == std::errc::file_too_large ||
                    error == std::error_code(EDQUOT, std::generic_category());
  if (full)
    return make_error(ErrorCode::storage_full,
                      fmt::format("{}: {}. Free space where the data directory is, or raise its limit.", what,
                                  error.message()));
  return make_error(ErrorCode::unavailable, fmt::format("{}: {}.", what, error.message()));
}

}  // namespace belay::storage
