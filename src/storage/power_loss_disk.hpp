// A simulated disk for tests. It tracks which writes were synced, and says at every step what a loss of power
// would leave.
//
// The journal writes through its port (PowerLossFiles), SQLite through a VFS in this file (PowerLossVfs).
// Both forward to a real directory, so that the running process sees everything it wrote. Both also report to
// a PowerLossDisk. For each file it stores the synced contents and the changes since; for the directory it
// stores the synced names and the changes since. After each change, the test can ask what would be left. This
// is either nothing that was not synced (the strictest case), or some of it, in any order, as on a real disk.
//
// It imitates two properties of SQLite's unix VFS. The first sync of a journal or write-ahead log that was
// created also syncs the directory. And xDelete syncs the directory if it is asked to. Not modelled: the
// shared-memory index (it is rebuilt after a crash), the lock, and that SqliteStore::open() syncs the
// database's own name.
//
// Included by tests only.
#pragma once

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "base/random.hpp"
#include "storage/journal/file_system.hpp"

namespace belay::storage {

class PowerLossDisk {
 public:
  using Contents = std::shared_ptr<const std::string>;
  // What is left: the files' paths below the root, and their contents.
  using State = std::map<std::string, Contents>;

  explicit PowerLossDisk(std::filesystem::path root) : root_(std::move(root)) {}

  // Called after every change and every sync, with the lock held. It may call synced() and synced_and_some(),
  // and nothing else.
  std::function<void()> on_step;

  // Only what was synced. Call it inside on_step.
  State synced() const { return survivors(nullptr); }
  // What was synced, and some of the rest. Call it inside on_step.
  State synced_and_some(Random& luck) const { return survivors(&luck); }

  // Declares the present contents of the directory as synced.
  void adopt_directory() {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      auto file = std::make_shared<File>();
      file->synced = std::make_shared<const std::string>(std::istreambuf_iterator<char>(in),
                                                         std::istreambuf_iterator<char>());
      names_[name_of(entry.path())] = synced_names_[name_of(entry.path())] = std::move(file);
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_))
      if (entry.is_directory()) synced_directories_.insert(name_of(entry.path()));
  }

  void make_directory(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    if (synced_directories_.contains(name_of(path))) return;
    made_directories_.insert(name_of(path));
    step();
  }
  void create(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    rename_to(path, std::make_shared<File>());
    step();
  }
  // Registers a file that was made by other means, as synced.
  void make_known(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    if (names_.contains(name_of(path))) return;
    names_[name_of(path)] = synced_names_[name_of(path)] = std::make_shared<File>();
  }
  bool knows(const std::filesystem::path& path) const {
    const std::lock_guard lock(mutex_);
    return names_.contains(name_of(path));
  }
  void write(const std::filesystem::path& path, std::uint64_t place, std::string bytes) {
    const std::lock_guard lock(mutex_);
    file(path).changes.push_back({place, std::move(bytes), false});
    step();
  }
  void truncate(const std::filesystem::path& path, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    file(path).changes.push_back({size, {}, true});
    step();
  }
  void sync(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    File& synced = file(path);
    if (!synced.changes.empty()) {
      std::string contents = *synced.synced;
      for (const Change& change : synced.changes) apply(change, contents);
      synced.synced = std::make_shared<const std::string>(std::move(contents));
      synced.changes.clear();
    }
    step();
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    const std::lock_guard lock(mutex_);
    const std::shared_ptr<File> moved = names_.at(name_of(from));
    names_.erase(name_of(from));
    names_[name_of(to)] = moved;
    name_changes_.push_back({{{name_of(from), nullptr}, {name_of(to), moved}}});
    step();
  }
  void remove(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    if (names_.erase(name_of(path)) == 0) return;
    name_changes_.push_back({{{name_of(path), nullptr}}});
    step();
  }
  void sync_directory(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    const std::string directory = name_of(path);
    std::erase_if(name_changes_, [&](const NameChange& change) {
      if (parent_of(change.entries.front().first) != directory) return false;
      for (const auto& [name, what] : change.entries) put(synced_names_, name, what);
      return true;
    });
    for (auto made = made_directories_.begin(); made != made_directories_.end();) {
      if (parent_of(*made) != directory) {
        ++made;
        continue;
      }
      synced_directories_.insert(*made);
      made = made_directories_.erase(made);
    }
    step();
  }

 private:
  struct Change {
    std::uint64_t place = 0;
    std::string bytes;
    bool is_truncation = false;
  };
  struct File {
    Contents synced = std::make_shared<const std::string>();
    std::vector<Change> changes;
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;
  // The entries of a change survive together or not at all: a rename has two entries.
  struct NameChange {
    std::vector<std::pair<std::string, std::shared_ptr<File>>> entries;
  };

  static void put(Names& names, const std::string& name, const std::shared_ptr<File>& file) {
    if (file)
      names[name] = file;
    else
      names.erase(name);
  }
  static void apply(const Change& change, std::string& contents) {
    if (change.is_truncation) {
      contents.resize(change.place);
      return;
    }
    contents.resize(std::max<std::size_t>(contents.size(), change.place + change.bytes.size()));
    contents.replace(change.place, change.bytes.size(), change.bytes);
  }
  // Applies a write of which only some sectors reached the disk.
  static void apply_some(Change change, std::string& contents, Random& luck) {
    constexpr std::uint64_t kSector = 512;
    if (change.is_truncation || luck.below(3) != 0) return apply(change, contents);
    for (std::uint64_t at = 0; at < change.bytes.size(); at += kSector)
      if (luck.below(2) == 0) apply({change.place + at, change.bytes.substr(at, kSector), false}, contents);
  }

  std::string name_of(const std::filesystem::path& path) const {
    const std::string name = path.lexically_relative(root_).string();
    return name == "." ? std::string() : name;
  }
  static std::string parent_of(const std::string& name) {
    return std::filesystem::path(name).parent_path().string();
  }
  File& file(const std::filesystem::path& path) { return *names_.at(name_of(path)); }
  void rename_to(const std::filesystem::path& path, std::shared_ptr<File> made) {
    names_[name_of(path)] = made;
    name_changes_.push_back({{{name_of(path), std::move(made)}}});
  }
  void step() const {
    if (on_step) on_step();
  }

  // With `luck`: each change that was not synced survives or not, at random.
  State survivors(Random* luck) const {
    Names names = synced_names_;
    std::set<std::string> directories = synced_directories_;
    if (luck != nullptr) {
      for (const NameChange& change : name_changes_)
        if (luck->below(2) == 0)
          for (const auto& [name, what] : change.entries) put(names, name, what);
      for (const std::string& made : made_directories_)
        if (luck->below(2) == 0) directories.insert(made);
    }
    State state;
    for (const auto& [name, what] : names) {
      const std::string parent = parent_of(name);
      if (!parent.empty() && !directories.contains(parent)) continue;
      state[name] = what->synced;
      if (luck == nullptr || what->changes.empty()) continue;
      std::string contents = *what->synced;
      for (const Change& change : what->changes)
        if (luck->below(2) == 0) apply_some(change, contents, *luck);
      state[name] = std::make_shared<const std::string>(std::move(contents));
    }
    return state;
  }

  const std::filesystem::path root_;
  mutable std::mutex mutex_;
  Names names_;         // as the running process sees them
  Names synced_names_;  // the ones that survive a loss of power
  std::vector<NameChange> name_changes_;
  std::set<std::string> made_directories_;
  std::set<std::string> synced_directories_;
};

inline void write_state(const PowerLossDisk::State& state, const std::filesystem::path& root) {
  for (const auto& [name, contents] : state) {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name, std::ios::binary)
        .write(contents->data(), static_cast<std::streamsize>(contents->size()));
  }
}

// The journal's access to the disk.
class PowerLossFiles final : public FileSystem {
 public:
  explicit PowerLossFiles(PowerLossDisk& disk) : disk_(disk) {}

  std::error_code make_directory(const std::filesystem::path& path) override {
    const std::error_code error = real_.make_directory(path);
    if (!error) disk_.make_directory(path);
    return error;
  }
  Created create(const std::filesystem::path& path) override {
    Created created = real_.create(path);
    if (!created.file) return created;
    disk_.create(path);
    auto file = std::make_unique<File>(*this, std::move(created.file), path);
    {
      const std::lock_guard lock(mutex_);
      open_[path] = file.get();
    }
    created.file = std::move(file);
    return created;
  }
  std::error_code rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    const std::lock_guard lock(mutex_);
    const std::error_code error = real_.rename(from, to);
    if (error) return error;
    disk_.rename(from, to);
    if (const auto open = open_.find(from); open != open_.end()) {
      open->second->path = to;
      open_[to] = open->second;
      open_.erase(from);
    }
    return error;
  }
  std::error_code remove(const std::filesystem::path& path) override {
    const std::error_code error = real_.remove(path);
    if (!error) disk_.remove(path);
    return error;
  }
  std::error_code sync_directory(const std::filesystem::path& path) override {
    disk_.sync_directory(path);
    return {};
  }
  Space space(const std::filesystem::path& path) override { return real_.space(path); }

 private:
  struct File final : SegmentFile {
    File(PowerLossFiles& all, std::unique_ptr<SegmentFile> behind, std::filesystem::path at)
        : files(all), real(std::move(behind)), path(std::move(at)) {}
    ~File() override {
      const std::lock_guard lock(files.mutex_);
      files.open_.erase(path);
    }
    Written write(std::span<const iovec> ranges) override {
      std::string bytes;
      for (const iovec& range : ranges) bytes.append(static_cast<const char*>(range.iov_base), range.iov_len);
      const Written written = real->write(ranges);
      if (written.error) return written;
      bytes.resize(written.bytes);
      files.disk_.write(path, size, std::move(bytes));
      size += written.bytes;
      return written;
    }
    std::error_code truncate(ByteCount to) override {
      const std::error_code error = real->truncate(to);
      if (error) return error;
      size = to.value;
      files.disk_.truncate(path, to.value);
      return error;
    }
    std::error_code sync() override {
      files.disk_.sync(path);
      return {};
    }
    void preallocate(ByteCount) override {}

    PowerLossFiles& files;
    const std::unique_ptr<SegmentFile> real;
    std::filesystem::path path;
    std::uint64_t size = 0;
  };

  PowerLossDisk& disk_;
  PosixFileSystem real_;
  std::mutex mutex_;
  std::map<std::filesystem::path, File*> open_;
};

// SQLite's access to the disk: its default VFS while this object exists. One at a time.
class PowerLossVfs {
 public:
  explicit PowerLossVfs(PowerLossDisk& disk) {
    state().disk = &disk;
    state().real = sqlite3_vfs_find(nullptr);
    sqlite3_vfs& real = *state().real;
    // Functions that are not replaced below are those of the real VFS. They are called with this VFS as
    // argument.
    vfs_ = real;
    vfs_.zName = "power-loss";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real.szOsFile;
    vfs_.pNext = nullptr;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~PowerLossVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(state().real, 1);
    state().disk = nullptr;
  }
  PowerLossVfs(const PowerLossVfs&) = delete;
  PowerLossVfs& operator=(const PowerLossVfs&) = delete;

 private:
  struct State {
    PowerLossDisk* disk = nullptr;
    sqlite3_vfs* real = nullptr;
  };
  static State& state() {
    static State state;
    return state;
  }
  static PowerLossDisk& disk() { return *state().disk; }

  // The real file follows it in memory.
  struct File {
    sqlite3_file base;
    const char* path;  // SQLite keeps it as long as the file is open
    bool syncs_directory;
  };
  static File& own(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
  }

  static int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* given) {
    std::memset(file, 0, sizeof(File));
    const int code = state().real->xOpen(state().real, path, real(file), flags, given);
    if (code != SQLITE_OK) return code;
    static const sqlite3_io_methods methods = make_methods();
    own(file).base.pMethods = &methods;
    const bool is_journal =
        (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
    const bool is_kept = path != nullptr && (is_journal || (flags & SQLITE_OPEN_MAIN_DB) != 0);
    own(file).path = is_kept ? path : nullptr;
    own(file).syncs_directory = is_journal && (flags & SQLITE_OPEN_CREATE) != 0;
    if (!is_kept || disk().knows(path)) return code;
    if (is_journal)
      disk().create(path);
    else
      disk().make_known(path);
    return code;
  }
  static int remove(sqlite3_vfs*, const char* path, int sync_directory) {
    const int code = state().real->xDelete(state().real, path, 0);
    if (code != SQLITE_OK) return code;
    disk().remove(path);
    if (sync_directory != 0) disk().sync_directory(std::filesystem::path(path).parent_path());
    return code;
  }

  static sqlite3_io_methods make_methods() {
    sqlite3_io_methods methods{};
    methods.iVersion = 2;
    methods.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
    methods.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), to, size, at);
    };
    methods.xWrite = [](sqlite3_file* f, const void* bytes, int size, sqlite3_int64 at) {
      const int code = real(f)->pMethods->xWrite(real(f), bytes, size, at);
      if (code == SQLITE_OK && own(f).path)
        disk().write(own(f).path, static_cast<std::uint64_t>(at),
                     std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size)));
      return code;
    };
    methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      const int code = real(f)->pMethods->xTruncate(real(f), size);
      if (code == SQLITE_OK && own(f).path) disk().truncate(own(f).path, static_cast<std::uint64_t>(size));
      return code;
    };
    methods.xSync = [](sqlite3_file* f, int) {
      if (!own(f).path) return SQLITE_OK;
      disk().sync(own(f).path);
      if (std::exchange(own(f).syncs_directory, false))
        disk().sync_directory(std::filesystem::path(own(f).path).parent_path());
      return SQLITE_OK;
    };
    methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return real(f)->pMethods->xFileSize(real(f), size);
    };
    methods.xLock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); };
    methods.xUnlock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); };
    methods.xCheckReservedLock = [](sqlite3_file* f, int* held) {
      return real(f)->pMethods->xCheckReservedLock(real(f), held);
    };
    methods.xFileControl = [](sqlite3_file* f, int what, void* argument) {
      return real(f)->pMethods->xFileControl(real(f), what, argument);
    };
    methods.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    methods.xDeviceCharacteristics = [](sqlite3_file* f) {
      return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    methods.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** to) {
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, to);
    };
    methods.xShmLock = [](sqlite3_file* f, int at, int count, int flags) {
      return real(f)->pMethods->xShmLock(real(f), at, count, flags);
    };
    methods.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    methods.xShmUnmap = [](sqlite3_file* f, int remove_it) {
      return real(f)->pMethods->xShmUnmap(real(f), remove_it);
    };
    return methods;
  }

  sqlite3_vfs vfs_{};
};

}  // namespace belay::storage
