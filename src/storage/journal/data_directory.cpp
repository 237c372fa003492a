#include "storage/journal/data_directory.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace belay::storage {
namespace {

Error unusable(const std::filesystem::path& path, int error) {
  return make_error(
      ErrorCode::unavailable,
      fmt::format(
          "The data directory {} cannot be used: {}. Make it writable for this user, or name another one.",
          path.string(), std::generic_category().message(error)));
}

// The process id that stands in the lock file; empty when there is none.
std::string owner_of(int lock) {
  char text[16];
  const ssize_t size = ::pread(lock, text, sizeof text, 0);
  std::string digits;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) digits += text[i];
  return digits;
}

bool write_owner(int lock) {
  const std::string text = std::to_string(::getpid()) + "\n";
  return ::ftruncate(lock, 0) == 0 &&
         ::pwrite(lock, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const std::filesystem::path& path) {
  std::error_code failed;
  const bool made = std::filesystem::create_directories(path, failed);
  if (failed) return unusable(path, failed.value());
  if (made) ::chmod(path.c_str(), 0700);

  const int lock = ::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return unusable(path, errno);
  DataDirectory directory(path, lock);

  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return unusable(path, errno);
    const std::string owner = owner_of(lock);
    return make_error(
        ErrorCode::conflict,
        fmt::format("The data directory {} is in use by {}. Stop it, or give this server another directory.",
                    path.string(), owner.empty() ? "another process" : "process " + owner));
  }
  if (!write_owner(lock)) return unusable(path, errno);
  return directory;
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0)
    ::close(lock_);  // the file stays: removing it would let two processes lock two files of one name
}

}  // namespace belay::storage
