#include "storage/journal/data_directory.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

Error unusable(const fs::path& path, int error) {
  return make_error(
      ErrorCode::unavailable,
      fmt::format(
          "The data directory {} cannot be used: {}. Make it writable for this user, or name another one.",
          path.string(), std::generic_category().message(error)));
}

// The process id in the lock file; empty when there is none.
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

// Syncs the parent, so that the new directory's entry survives a loss of power. If that is not possible (the
// parent may not be read), the directory can be used anyway.
void keep_name(const fs::path& path) {
  const int parent =
      ::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return;
  (void)::fsync(parent);
  ::close(parent);
}

// Returns zero, or the error.
int make_private(const fs::path& path) {
  std::error_code failed;
  const fs::path parent = path.has_filename() ? path.parent_path() : path.parent_path().parent_path();
  if (!parent.empty()) fs::create_directories(parent, failed);
  if (failed) return failed.value();
  if (::mkdir(path.c_str(), 0700) == 0) {
    keep_name(path.has_filename() ? path : path.parent_path());
    return 0;
  }
  return errno == EEXIST ? 0 : errno;
}

Result<> refuse_other_writers(const fs::path& path, const struct stat& about) {
  const uid_t user = ::geteuid();
  if (about.st_uid != user && about.st_uid != 0 && user != 0)
    return make_error(ErrorCode::forbidden,
                      fmt::format("The data directory {} belongs to another user (id {}), who could change "
                                  "what is in it. Give it to this user (id {}): `chown {} {}`.",
                                  path.string(), about.st_uid, user, user, path.string()));
  const bool by_all = (about.st_mode & S_IWOTH) != 0;
  const bool by_group = (about.st_mode & S_IWGRP) != 0 && about.st_gid != ::getegid();
  if (!by_all && !by_group) return {};
  return make_error(ErrorCode::forbidden,
                    fmt::format("Others can write to the data directory {} (mode {:04o}{}). Take the right "
                                "away, `chmod go-w {}`, or name a directory of the server's own.",
                                path.string(), about.st_mode & 07777,
                                by_all ? "" : ", a group that is not the server's", path.string()));
}

Error refused_link(const fs::path& link) {
  return make_error(ErrorCode::forbidden,
                    fmt::format("{} is a symbolic link. Links inside the data directory are not followed: "
                                "put the file itself there, or name another data directory.",
                                link.string()));
}

// Every file is also opened without following a link. This check reports at start what is wrong.
Result<> refuse_links(const fs::path& path) {
  for (const char* name : {"lock", "belay.db", "belay.db-wal", "belay.db-shm", "belay.db-journal", "journal",
                           "tickets", "ticket.key", "uploads.key", kUnfinishedRestore}) {
    std::error_code ignored;
    if (fs::is_symlink(path / name, ignored)) return refused_link(path / name);
  }
  for (const char* name : {"journal", "tickets"}) {
    std::error_code failed;
    fs::directory_iterator entry(path / name, failed);
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
      std::error_code ignored;
      if (entry->is_symlink(ignored)) return refused_link(entry->path());
    }
  }
  return {};
}

Result<> refuse_backup(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path / kBackupManifest, ignored)) return {};
  return make_error(
      ErrorCode::conflict,
      fmt::format("{} is a backup. Restore it into another directory with `belay restore`.", path.string()));
}

// Call this only with the lock: otherwise the restore may still be running.
Result<> refuse_unfinished_restore(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path / kUnfinishedRestore, ignored)) return {};
  return make_error(
      ErrorCode::conflict,
      fmt::format("{0} contains only a part of a backup, because `belay restore` was interrupted. Delete "
                  "everything in it (`find {0} -mindepth 1 -delete`), then restore the backup again.",
                  path.string()));
}

// `path` must exist and be canonical.
Result<> refuse_unsafe(const fs::path& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return unusable(path, errno);
  if (!S_ISDIR(about.st_mode)) return unusable(path, ENOTDIR);
  if (auto refused = refuse_other_writers(path, about); !refused) return refused;
  return refuse_links(path);
}

}  // namespace

Result<> DataDirectory::inspect(const fs::path& path) {
  std::error_code failed;
  fs::path existing = fs::absolute(path, failed);
  while (!failed && !fs::exists(existing, failed) && !failed && existing.has_relative_path())
    existing = existing.parent_path();
  if (failed) return unusable(path, failed.value());
  if (fs::is_symlink(path, failed) && !fs::exists(path, failed)) return unusable(path, ENOENT);
  const bool is_there = fs::equivalent(existing, path, failed) && !failed;
  if (is_there) {
    const fs::path canonical = fs::canonical(path, failed);
    if (failed) return unusable(path, failed.value());
    if (auto refused = refuse_unsafe(canonical); !refused) return refused;
    if (auto refused = refuse_backup(canonical); !refused) return refused;
  }
  if (!fs::is_directory(existing, failed)) return unusable(path, ENOTDIR);
  if (::faccessat(AT_FDCWD, existing.c_str(), W_OK | X_OK, AT_EACCESS) != 0) return unusable(path, errno);
  return {};
}

Result<DataDirectory> DataDirectory::open(const fs::path& path) {
  if (const int error = make_private(path)) return unusable(path, error);
  std::error_code failed;
  DataDirectory directory(fs::canonical(path, failed));
  if (failed) return unusable(path, failed.value());
  if (auto refused = refuse_unsafe(directory.path_); !refused) return refused.error();
  if (auto refused = refuse_backup(directory.path_); !refused) return refused.error();
  if (auto taken = directory.take_lock(); !taken) return taken.error();
  if (auto refused = refuse_unfinished_restore(directory.path_); !refused) return refused.error();
  directory.watch("");
  directory.watch("lock");
  return directory;
}

Result<> DataDirectory::take_lock() {
  lock_ = ::open((path_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_ < 0) return unusable(path_, errno);
  while (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return unusable(path_, errno);
    const std::string owner = owner_of(lock_);
    return make_error(
        ErrorCode::conflict,
        fmt::format("The data directory {} is in use by {}. Stop that process, or use another directory.",
                    path_.string(), owner.empty() ? "another process" : "process " + owner));
  }
  if (!write_owner(lock_)) return unusable(path_, errno);
  return {};
}

void DataDirectory::watch(const std::string& name) {
  const fs::path path = name.empty() ? path_ : path_ / name;
  struct stat about {};
  if (::lstat(path.c_str(), &about) == 0) watched_.push_back({path, about.st_dev, about.st_ino});
}

Result<> DataDirectory::check() const {
  for (const Watched& watched : watched_) {
    struct stat about {};
    const bool there = ::lstat(watched.path.c_str(), &about) == 0;
    if (there && about.st_dev == watched.device && about.st_ino == watched.inode) continue;
    return make_error(ErrorCode::unavailable,
                      fmt::format("{} {}: what is stored now is lost when the process ends. Put the "
                                  "directory back in its place, or restart the server.",
                                  watched.path.string(), there ? "was replaced" : "is gone"));
  }
  return {};
}

Result<ByteCount> DataDirectory::free_space() const {
  struct statvfs about {};
  if (::statvfs(path_.c_str(), &about) != 0) return unusable(path_, errno);
  return ByteCount{std::uint64_t(about.f_bavail) * about.f_frsize};
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      watched_(std::move(other.watched_)) {}

DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  std::swap(watched_, other.watched_);
  return *this;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0)
    // The file is not removed. Otherwise two processes could lock two files with the same name.
    ::close(lock_);
}

}  // namespace belay::storage
