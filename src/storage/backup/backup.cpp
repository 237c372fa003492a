#include "storage/backup/backup.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/run_id.hpp"
#include "storage/backup/data_snapshot.hpp"
#include "storage/backup/files.hpp"
#include "storage/backup/staging.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/sqlite/schema.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

// The canonical path of a data directory that can be backed up.
Result<fs::path> check_source(const fs::path& data) {
  if (auto refused = DataDirectory::inspect(data); !refused) return refused.error();
  std::error_code failed;
  if (!fs::exists(data / "belay.db", failed))
    return make_error(ErrorCode::not_found,
                      fmt::format("There is no database in {}. Name the server's data directory, or the "
                                  "configuration that names it.",
                                  data.string()));
  if (fs::exists(data / kUnfinishedRestore, failed))
    return make_error(
        ErrorCode::conflict,
        fmt::format("{} contains only a part of a backup: `belay restore` has not finished.", data.string()));
  fs::path canonical = fs::canonical(data, failed);
  if (failed) return file_error(data, "opened", failed);
  return canonical;
}

Error written_by_newer() {
  return make_error(ErrorCode::conflict,
                    "The data was written by a newer Belay. Make the backup with that version.");
}

// The first bytes of a segment, as many as it had at the moment of the snapshot.
class SegmentPart final : public SegmentInput {
 public:
  explicit SegmentPart(const DataSnapshot::Segment& segment) : file_(segment.file), size_(segment.size) {}
  std::uint64_t size() const override { return size_.value; }
  bool read(std::uint64_t place, std::span<char> out) override {
    while (!out.empty()) {
      const ssize_t bytes = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(place));
      if (bytes < 0 && errno == EINTR) continue;
      if (bytes <= 0) return false;
      place += static_cast<std::uint64_t>(bytes);
      out = out.subspan(static_cast<std::size_t>(bytes));
    }
    return true;
  }
  // A batch that could not be committed is cut off again. Returns whether this has shortened the part.
  bool follow_cut() {
    struct stat about {};
    if (::fstat(file_.get(), &about) != 0 || static_cast<std::uint64_t>(about.st_size) >= size_.value)
      return false;
    size_.value = static_cast<std::uint64_t>(about.st_size);
    return true;
  }

 private:
  const FileDescriptor& file_;
  ByteCount size_;
};

class BackupWriter {
 public:
  BackupWriter(fs::path data, const fs::path& to) : data_(std::move(data)), to_(to) {}

  Result<> write_store(DataSnapshot& snapshot) {
    const auto version = snapshot.store().number("PRAGMA user_version");
    if (!version) return version.error();
    if (*version > static_cast<std::int64_t>(migrations().size())) return written_by_newer();
    manifest.store_version = *version;

    const fs::path file = to_ / "belay.db";
    if (auto created = write_text(file, ""); !created) return created;
    {
      auto copy = Database::open(file, Database::Mode::read_write, Milliseconds(0));
      if (!copy) return copy.error();
      if (auto copied = snapshot.store().copy_to(**copy); !copied) return copied;
    }
    snapshot.release_store();
    if (auto sound = check_store(file); !sound) return sound;
    if (auto synced = sync_file(file); !synced) return synced;
    const auto contents = read_contents(file);
    if (!contents) return contents.error();
    add("belay.db", *contents);
    return {};
  }

  Result<> write_journal(const DataSnapshot& snapshot) {
    if (snapshot.segments().empty()) return {};
    if (auto made = make_directory(journal_directory(to_)); !made) return made;
    for (const DataSnapshot::Segment& segment : snapshot.segments())
      if (auto written = write_segment(segment); !written) return written;
    return sync_directory(journal_directory(to_));
  }

  Result<> write_tickets() {
    if (auto written = write_if_there("ticket.key"); !written) return written;
    std::error_code failed;
    fs::directory_iterator entry(data_ / "tickets", failed);
    if (failed == std::errc::no_such_file_or_directory) return {};
    if (auto made = make_directory(to_ / "tickets"); !made) return made;
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
      const std::string path = "tickets/" + entry->path().filename().string();
      if (!is_backup_path(path)) continue;
      if (auto written = write_if_there(path); !written) return written;
    }
    if (failed) return file_error(data_ / "tickets", "read", failed);
    return sync_directory(to_ / "tickets");
  }

  Result<> write_manifest() { return write_text(to_ / kBackupManifest, encode_manifest(manifest)); }

  BackupManifest manifest;
  std::vector<std::string> notes;

 private:
  void add(std::string path, const FileContents& contents) {
    manifest.files.push_back({std::move(path), contents.size, contents.sha256});
  }

  // Better to find out now than when the backup is needed.
  Result<> check_store(const fs::path& file) {
    auto copy = Database::open(file, Database::Mode::read_only, Milliseconds(0));
    if (!copy) return copy.error();
    Query query(**copy, "PRAGMA quick_check(1)");
    const auto row = query.row();
    if (row && *row && query.bytes_at(0) == "ok") return {};
    return make_error(ErrorCode::internal,
                      fmt::format("The database {} is damaged. SQLite says about its copy: {} Restore an "
                                  "older backup.",
                                  (data_ / "belay.db").string(),
                                  row ? fmt::format("{}.", query.bytes_at(0)) : row.error().detail));
  }

  Result<> write_segment(const DataSnapshot::Segment& segment) {
    const std::string path = "journal/" + segment.name.file();
    const auto part = complete_part(segment);
    if (!part) return part.error();
    const auto copied = copy_file(segment.file, data_ / path, *part, to_ / path);
    if (!copied) return copied.error();
    add(path, *copied);
    return {};
  }

  // How much of the segment to copy: up to its last complete batch. All of a damaged segment, because the
  // server keeps it too.
  Result<ByteCount> complete_part(const DataSnapshot::Segment& segment) {
    SegmentPart input(segment);
    for (;;) {
      SegmentReader reader(input);
      if (reader.header_state() == DecodedHeader::State::unknown_version) return written_by_newer();
      for (Batch batch; reader.next(batch);) {
      }
      const bool unreadable = reader.end() == SegmentEnd::unreadable;
      if (unreadable && input.follow_cut()) continue;
      const fs::path path = journal_directory(data_) / segment.name.file();
      if (unreadable) return file_error(path, "read", EIO);
      if (reader.end() != SegmentEnd::broken) return ByteCount{reader.place()};
      notes.push_back(
          fmt::format("{} is damaged at byte {}. It was copied as it is.", path.string(), reader.place()));
      return ByteCount{input.size()};
    }
  }

  // Copies a file that may be missing, or be removed at this moment.
  Result<> write_if_there(const std::string& path) {
    const auto file = open_to_read(data_ / path);
    if (!file && file.error().code == ErrorCode::not_found) return {};
    if (!file) return file.error();
    const auto copied = copy_file(*file, data_ / path, {UINT64_MAX}, to_ / path);
    if (!copied) return copied.error();
    add(path, *copied);
    return {};
  }

  const fs::path data_;
  const fs::path to_;
};

}  // namespace

Result<Backup> make_backup(const BackupRequest& request, const Clock& clock) {
  auto data = check_source(request.data);
  if (!data) return data.error();
  auto staging = Staging::open(request.destination);
  if (!staging) return staging.error();
  BackupWriter writer(*data, staging->path());

  auto snapshot = DataSnapshot::take(*data, request.busy_timeout);
  if (!snapshot) return snapshot.error();
  writer.manifest.belay = request.belay;
  writer.manifest.created = iso8601(clock.wall());
  Result<> written = writer.write_store(*snapshot);  // first: the server's write-ahead log waits for this
  if (written) written = writer.write_journal(*snapshot);
  if (written) written = writer.write_tickets();
  if (written) written = writer.write_manifest();
  if (written) written = staging->publish();
  if (!written) return written.error();
  return Backup{staging->destination(), std::move(writer.manifest), std::move(writer.notes)};
}

}  // namespace belay::storage
