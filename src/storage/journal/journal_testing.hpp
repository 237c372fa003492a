// What the journal's tests share: a temporary directory, a file system that fails on demand, and a journal as
// one process uses it.
#pragma once

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <stdlib.h>
#include <string>

#include <gtest/gtest.h>

#include "core/ports/contracts/event_log_testing.hpp"
#include "storage/journal/journal.hpp"

namespace belay::storage {

class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::filesystem::path& in = std::filesystem::temp_directory_path()) {
    std::string name = (in / "belay-journal-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// For tests that sync many files: in memory if possible, because nothing has to be durable.
inline std::filesystem::path fast_directory() {
  std::error_code ignored;
  const std::filesystem::path shared = "/dev/shm";
  return std::filesystem::is_directory(shared, ignored) ? shared : std::filesystem::temp_directory_path();
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::error_code kernel_error(int number) {
  return {number, std::generic_category()};
}

// Forwards to the real file system, and fails as configured. Set faults only while no call is in progress.
class FaultyFileSystem final : public FileSystem {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_at_once = kNever;     // bytes that one write() accepts
  std::uint64_t writable_bytes = kNever;  // after this many bytes, writes fail
  int write_error = ENOSPC;               // with this error
  bool interrupt_every_other_write = false;
  int truncate_error = 0;
  int sync_error = 0;
  int create_error = 0;
  std::atomic<int> remove_error = 0;  // may be set at any time
  std::optional<ByteCount> free_space;
  int space_queries = 0;
  std::mutex sync_hold;  // while it is locked, a sync does not return
  std::atomic<int> syncs{0};
  std::atomic<int> directory_syncs{0};

  std::error_code make_directory(const std::filesystem::path& path) override {
    return real_.make_directory(path);
  }
  Created create(const std::filesystem::path& path) override {
    if (create_error) return {nullptr, kernel_error(create_error)};
    Created created = real_.create(path);
    if (created.file) created.file = std::make_unique<File>(*this, std::move(created.file));
    return created;
  }
  std::error_code rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return real_.rename(from, to);
  }
  std::error_code remove(const std::filesystem::path& path) override {
    if (remove_error) return kernel_error(remove_error);
    return real_.remove(path);
  }
  std::error_code sync_directory(const std::filesystem::path& path) override {
    ++directory_syncs;
    return real_.sync_directory(path);
  }
  Space space(const std::filesystem::path& path) override {
    ++space_queries;
    if (free_space) return {*free_space, {}};
    return real_.space(path);
  }

 private:
  class File final : public SegmentFile {
   public:
    File(FaultyFileSystem& faults, std::unique_ptr<SegmentFile> real)
        : faults_(faults), real_(std::move(real)) {}
    Written write(std::span<const iovec> ranges) override {
      if (faults_.interrupt_every_other_write && (interrupted_ = !interrupted_))
        return {0, kernel_error(EINTR)};
      std::uint64_t left = std::min(faults_.max_at_once, faults_.writable_bytes);
      if (left == 0) return {0, kernel_error(faults_.write_error)};
      std::vector<iovec> taken;
      for (iovec range : ranges) {
        range.iov_len = std::min<std::uint64_t>(range.iov_len, left);
        if (range.iov_len == 0) break;
        left -= range.iov_len;
        taken.push_back(range);
      }
      const Written written = real_->write(taken);
      if (faults_.writable_bytes != kNever) faults_.writable_bytes -= written.bytes;
      return written;
    }
    std::error_code truncate(ByteCount size) override {
      if (faults_.truncate_error) return kernel_error(faults_.truncate_error);
      return real_->truncate(size);
    }
    std::error_code sync() override {
      ++faults_.syncs;
      const std::lock_guard held(faults_.sync_hold);
      if (faults_.sync_error) return kernel_error(faults_.sync_error);
      return real_->sync();
    }
    void preallocate(ByteCount size) override { real_->preallocate(size); }

   private:
    FaultyFileSystem& faults_;
    const std::unique_ptr<SegmentFile> real_;
    bool interrupted_ = false;
  };

  PosixFileSystem real_;
};

inline constexpr BootId kBoot{1, 2, 3};
inline constexpr BootId kOtherBoot{4, 5, 6};

// Opens journals in one directory, one after the other, like successive processes.
class JournalTest : public ::testing::Test {
 protected:
  TemporaryDirectory data;
  FaultyFileSystem files;
  ManualClock clock;
  Loop loop{0, clock};
  Loop other_loop{1, clock};
  SeededRandom random{7};
  JournalConfig config;

  RunId new_run() { return RunId::make(clock, random); }

  std::unique_ptr<Journal> open(const BootId& boot = kBoot) {
    auto journal = Journal::open(config, data.path(), files, clock, boot);
    EXPECT_TRUE(journal) << journal.error().detail;
    return std::move(*journal);
  }
  std::filesystem::path directory() const { return journal_directory(data.path()); }
  // The names of the segment files, in order.
  std::vector<std::string> segments() const {
    std::vector<std::string> names;
    for (const SegmentName& name : list_segments(directory()).value()) names.push_back(name.file());
    return names;
  }
  std::filesystem::path only_segment() const {
    EXPECT_EQ(segments().size(), 1u);
    return directory() / segments().at(0);
  }
  struct Replayed {
    ReplaySummary summary;
    Recording recording;
  };
  Replayed replay(const BootId& boot = kBoot) {
    Replayed out;
    const auto journal = open(boot);
    const auto summary = journal->replay(out.recording);
    EXPECT_TRUE(summary) << summary.error().detail;
    if (summary) out.summary = *summary;
    return out;
  }
};

}  // namespace belay::storage
