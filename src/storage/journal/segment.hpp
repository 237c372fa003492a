// The segment file that a writer appends to.
//
// append() writes one batch whole or not at all: when a write fails, the file is cut back to where it ended
// before. The batch is then either kept or, when it could not be made durable, taken back. On the writer's
// loop alone, but for sync(), which the syncing thread calls while the loop leaves the segment alone.
#pragma once

#include <memory>
#include <span>

#include "core/event_store.hpp"
#include "storage/journal/batch_encoder.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/journal/segment_runs.hpp"

namespace belay::storage {

class Segment {
 public:
  // The file gets its name once its header is whole; with `disk` durability once it is on the disk as well,
  // by the first sync: until then it bears unnamed(). It grows in steps of so many bytes, each preallocated.
  static Result<std::unique_ptr<Segment>> create(FileSystem& files, const std::filesystem::path& directory,
                                                 const SegmentHeader& header, ByteCount step);
  ~Segment() { close(); }
  // Gives back what was preallocated and not used, and the file, should it never have got its name. Nothing
  // may be appended any more.
  void close();

  Result<> append(BatchEncoder& encoder, std::span<const LogAppend> events,
                  std::span<const MarkAppend> marks);
  // The last append stays.
  void keep();
  // The last append is cut off again, and nothing more may be appended. Fails when the file cannot be cut.
  Result<> take_back();

  // False after a failure that left the file's end unknown, or undurable: what stands in it stays, more goes
  // elsewhere.
  bool usable() const { return usable_; }
  bool empty() const { return end_ == kSegmentHeaderSize; }
  std::uint64_t end() const { return end_; }
  // What it takes on the disk, with what is preallocated.
  std::uint64_t reserved() const { return reserved_; }
  SegmentFile& file() { return *file_; }
  const std::filesystem::path& path() const { return path_; }
  bool is_named() const { return is_named_; }
  std::filesystem::path unnamed() const { return path_.string() + ".new"; }
  // The sync has given it its name.
  void set_named() { is_named_ = true; }
  SegmentRuns& runs() { return runs_; }

 private:
  Segment(FileSystem& files, std::filesystem::path path, std::unique_ptr<SegmentFile> file, WallTime created,
          std::uint64_t checksum, ByteCount step)
      : files_(files),
        path_(std::move(path)),
        file_(std::move(file)),
        created_(created),
        checksum_(checksum),
        step_(step.value),
        reserved_(step.value) {}
  void reserve(std::uint64_t size);

  FileSystem& files_;
  const std::filesystem::path path_;
  const std::unique_ptr<SegmentFile> file_;
  const WallTime created_;
  const std::uint64_t checksum_;  // the header's
  const std::uint64_t step_;
  std::uint64_t reserved_;
  SegmentRuns runs_;
  std::uint64_t end_ = kSegmentHeaderSize;       // after the last whole batch
  std::uint64_t kept_end_ = kSegmentHeaderSize;  // after the last one that was kept
  bool usable_ = true;
  bool is_named_ = false;
  bool is_closed_ = false;
};

}  // namespace belay::storage
