// The segment file that a writer appends to.
//
// append() writes one batch completely or not at all: when a write fails, the file is cut back to its
// previous end. The caller then keeps the batch, or takes it back if it could not be made durable. Used on
// the writer's loop only, except that the syncer's thread syncs the file while the loop does not use the
// segment.
#pragma once

#include <memory>
#include <span>

#include "core/ports/event_log.hpp"
#include "storage/journal/batch_encoder.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/journal/segment_runs.hpp"

namespace belay::storage {

class Segment {
 public:
  // The file gets its final name once its header is complete; with `disk` durability once the header is also
  // on the disk, after the first sync. Until then its name is unnamed(). The file grows in steps of `step`
  // bytes, which are preallocated.
  static Result<std::unique_ptr<Segment>> create(FileSystem& files, const std::filesystem::path& directory,
                                                 const SegmentHeader& header, ByteCount step);
  ~Segment() { close(); }
  // Frees the space that was preallocated and not used. Removes the file if it never got its final name.
  // Nothing may be appended afterwards.
  void close();

  Result<> append(BatchEncoder& encoder, std::span<const LogAppend> events,
                  std::span<const MarkAppend> marks);
  // Keeps the last batch.
  void keep();
  // Cuts off the last batch. Nothing more may be appended. Fails when the file cannot be cut.
  Result<> take_back();

  // False after a failure that left the end of the file unknown or not durable. The batches in the file stay
  // valid; further ones must go to another segment.
  bool usable() const { return usable_; }
  bool empty() const { return end_ == kSegmentHeaderSize; }
  std::uint64_t end() const { return end_; }
  // The file's size on disk, including preallocated space.
  std::uint64_t reserved() const { return reserved_; }
  SegmentFile& file() { return *file_; }
  const std::filesystem::path& path() const { return path_; }
  bool is_named() const { return is_named_; }
  std::filesystem::path unnamed() const { return path_.string() + ".new"; }
  // Call this when the syncer has given the file its final name.
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
  std::uint64_t end_ = kSegmentHeaderSize;       // after the last complete batch
  std::uint64_t kept_end_ = kSegmentHeaderSize;  // after the last batch that was kept
  bool usable_ = true;
  bool is_named_ = false;
  bool is_closed_ = false;
};

}  // namespace belay::storage
