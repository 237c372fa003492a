#include "storage/backup/restore.hpp"

#include <cerrno>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "storage/backup/files.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/sqlite/schema.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

Error damaged(const fs::path& file, std::string_view what) {
  return make_error(ErrorCode::unprocessable,
                    fmt::format("The backup is damaged: {} {}. Use another backup.", file.string(), what));
}

Result<BackupManifest> read_manifest(const fs::path& backup) {
  std::error_code failed;
  if (!fs::is_directory(backup, failed))
    return make_error(ErrorCode::not_found, fmt::format("There is no directory {}.", backup.string()));
  const auto text = read_text(backup / kBackupManifest, kMaxManifest);
  if (!text && text.error().code == ErrorCode::not_found)
    return make_error(
        ErrorCode::not_found,
        fmt::format("{} is not a complete backup: {} is missing. A directory whose name ends in "
                    "\".incomplete\" is what an interrupted `belay backup` left.",
                    backup.string(), kBackupManifest));
  if (!text) return text.error();
  auto manifest = decode_manifest(*text);
  if (manifest && manifest->store_version > static_cast<std::int64_t>(migrations().size()))
    return make_error(ErrorCode::conflict,
                      fmt::format("The backup was made by Belay {}, which is newer. Restore it with that "
                                  "version.",
                                  manifest->belay));
  return manifest;
}

// An error, unless the contents are those of the manifest.
Result<> compare(const fs::path& path, const BackupFile& file, const Result<FileContents>& contents) {
  if (!contents && contents.error().code == ErrorCode::not_found) return damaged(path, "is missing");
  if (!contents) return contents.error();
  if (contents->size != file.size)
    return damaged(path, fmt::format("has {} bytes instead of {}", contents->size.value, file.size.value));
  if (contents->sha256 != file.sha256) return damaged(path, "has another checksum than in the manifest");
  return {};
}

// What may be in a data directory that counts as empty: the lock of an earlier process, and what a file system
// puts into its root.
Result<> refuse_contents(const fs::path& data) {
  const std::set<std::string> harmless = {"lock", "lost+found"};
  std::error_code failed;
  fs::directory_iterator entry(data, failed);
  if (failed == std::errc::no_such_file_or_directory) return {};
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed))
    if (!harmless.contains(entry->path().filename().string()))
      return make_error(ErrorCode::conflict,
                        fmt::format("{0} is not empty, and a restore never overwrites data. Stop the server, "
                                    "move the directory away (`mv {0} {0}.old`), then restore again.",
                                    data.string()));
  if (failed) return file_error(data, "opened", failed);
  return {};
}

// A process that uses the directory, or an unfinished restore, is reported before the directory's contents.
Result<DataDirectory> lock_empty(const fs::path& data) {
  std::error_code failed;
  if (!fs::exists(data / "lock", failed))
    if (auto refused = refuse_contents(data); !refused) return refused.error();
  auto directory = DataDirectory::open(data);
  if (!directory) return directory.error();
  if (auto refused = refuse_contents(directory->path()); !refused) return refused.error();
  return directory;
}

class Restorer {
 public:
  Restorer(const fs::path& backup, const BackupManifest& manifest, const DataDirectory& data)
      : backup_(backup), manifest_(manifest), data_(data.path()) {}

  Result<> restore() {
    const std::string text = fmt::format("Restoring {}\n", backup_.string());
    Result<> done = create(kUnfinishedRestore, text);
    if (done) done = sync_directory(data_);
    for (const BackupFile& file : manifest_.files)
      if (done) done = copy(file);
    if (done) done = mark_journal();
    if (done) done = sync_all();
    if (done) done = give_to_owner();
    if (done) done = remove_mark();
    if (!done) undo();
    return done;
  }

 private:
  Result<> create(const fs::path& path, std::string_view text) {
    created_.push_back(data_ / path);
    return write_text(data_ / path, text);
  }

  Result<> make_directory_of(const fs::path& path) {
    const fs::path directory = path.parent_path();
    if (directory.empty() || !directories_.insert(data_ / directory).second) return {};
    return make_directory(data_ / directory);
  }

  Result<> copy(const BackupFile& file) {
    if (auto made = make_directory_of(file.path); !made) return made;
    const fs::path from_path = backup_ / file.path;
    const auto from = open_to_read(from_path);
    if (!from) return compare(from_path, file, from.error());
    created_.push_back(data_ / file.path);
    return compare(from_path, file, copy_file(*from, from_path, {UINT64_MAX}, data_ / file.path));
  }

  Result<> mark_journal() {
    const fs::path mark = journal_directory("") / kRestoredMark;
    if (auto made = make_directory_of(mark); !made) return made;
    return create(mark, fmt::format("Restored from a backup of {}, made by Belay {}\n", manifest_.created,
                                    manifest_.belay));
  }

  Result<> sync_all() {
    for (const fs::path& directory : directories_)
      if (auto synced = sync_directory(directory); !synced) return synced;
    return sync_directory(data_);
  }

  // Root restores for the user to whom the data directory belongs.
  Result<> give_to_owner() {
    struct stat about {};
    if (::geteuid() != 0 || ::stat(data_.c_str(), &about) != 0) return {};
    std::vector<fs::path> paths(directories_.begin(), directories_.end());
    paths.insert(paths.end(), created_.begin(), created_.end());
    paths.push_back(data_ / "lock");
    for (const fs::path& path : paths)
      if (::lchown(path.c_str(), about.st_uid, about.st_gid) != 0)
        return file_error(path, "given to the directory's owner", errno);
    return {};
  }

  Result<> remove_mark() {
    if (::unlink((data_ / kUnfinishedRestore).c_str()) != 0)
      return file_error(data_ / kUnfinishedRestore, "removed", errno);
    return sync_directory(data_);
  }

  // The mark was created first, and is removed last.
  void undo() {
    for (std::size_t i = created_.size(); i > 1; --i) ::unlink(created_[i - 1].c_str());
    for (const fs::path& directory : directories_) ::rmdir(directory.c_str());
    if (!created_.empty()) ::unlink(created_.front().c_str());
  }

  const fs::path backup_;
  const BackupManifest& manifest_;
  const fs::path data_;
  std::vector<fs::path> created_;  // files, in order
  std::set<fs::path> directories_;
};

}  // namespace

Result<BackupManifest> check_backup(const fs::path& backup) {
  auto manifest = read_manifest(backup);
  if (!manifest) return manifest;
  for (const BackupFile& file : manifest->files) {
    const fs::path path = backup / file.path;
    if (auto same = compare(path, file, read_contents(path)); !same) return same.error();
  }
  return manifest;
}

Result<BackupManifest> restore_backup(const fs::path& backup, const fs::path& data) {
  auto manifest = check_backup(backup);
  if (!manifest) return manifest;
  const auto directory = lock_empty(data);
  if (!directory) return directory.error();
  if (auto restored = Restorer(backup, *manifest, *directory).restore(); !restored) return restored.error();
  return manifest;
}

}  // namespace belay::storage
