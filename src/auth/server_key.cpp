#include "auth/server_key.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file_descriptor.hpp"

namespace belay::auth {
namespace {

Error failed(const std::filesystem::path& path, std::string_view what) {
  return make_error(ErrorCode::unavailable, fmt::format("The server's key file {}: {}", path.string(), what));
}

Error failed_call(const std::filesystem::path& path, std::string_view call) {
  return failed(path, fmt::format("{}: {}.", call, std::strerror(errno)));
}

Result<Secret> read_key(const std::filesystem::path& path, const FileDescriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed_call(path, "fstat");
  if (!S_ISREG(status.st_mode)) return failed(path, "it is not a plain file.");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return failed(path, "other users may read it. Run `chmod 600` on it, or remove it to get a new key.");
  std::string key(kServerKeyBytes, '\0');
  if (status.st_size != static_cast<off_t>(kServerKeyBytes) ||
      ::pread(file.get(), key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
    return failed(
        path, fmt::format(
                  "it must hold {} bytes. Remove it to get a new key; stream tickets that are out end then.",
                  kServerKeyBytes));
  return Secret(std::move(key));
}

Result<> write_key(const std::filesystem::path& path, const std::string& key) {
  std::filesystem::path draft = path;
  draft += ".new";
  ::unlink(draft.c_str());  // left by an interrupted start
  const FileDescriptor file(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return failed_call(draft, "open");
  if (::write(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()))
    return failed_call(draft, "write");
  if (::fsync(file.get()) != 0) return failed_call(draft, "fsync");
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed_call(path, "rename");
  const FileDescriptor directory(
      ::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return failed_call(path, "fsync of its directory");
  return {};
}

}  // namespace

Result<Secret> load_or_create_server_key(const std::filesystem::path& path, Random& random) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file) return read_key(path, file);
  if (errno != ENOENT) return failed_call(path, "open");
  std::string key(kServerKeyBytes, '\0');
  random.fill(std::as_writable_bytes(std::span(key)));
  if (auto written = write_key(path, key); !written) return written.error();
  return Secret(std::move(key));
}

}  // namespace belay::auth
