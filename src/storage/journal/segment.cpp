#include "storage/journal/segment.hpp"

#include <cassert>
#include <utility>

namespace belay::storage {

Result<std::unique_ptr<Segment>> Segment::create(FileSystem& files, const std::filesystem::path& directory,
                                                 const SegmentHeader& header, ByteCount step) {
  const std::filesystem::path path =
      directory / SegmentName{header.generation, header.loop, header.sequence}.file();
  const std::filesystem::path unnamed = path.string() + ".new";
  const auto failed = [&](std::error_code error) {
    files.remove(unnamed);
    return storage_error(error, "A journal segment cannot be made in " + directory.string());
  };

  auto [file, error] = files.create(unnamed);
  if (error) return failed(error);
  file->preallocate(step);
  EncodedHeader encoded = encode_header(header);
  iovec range{encoded.bytes.data(), encoded.bytes.size()};
  error = write_all(*file, {&range, 1});
  const bool named_now = header.durability != Durability::disk;
  if (!error && named_now) error = files.rename(unnamed, path);
  if (error) return failed(error);
  std::unique_ptr<Segment> segment(
      new Segment(files, path, std::move(file), header.created, encoded.checksum, step));
  segment->is_named_ = named_now;
  return segment;
}

void Segment::close() {
  if (std::exchange(is_closed_, true)) return;
  if (std::exchange(usable_, false)) file_->truncate({end_});
  if (!is_named_) files_.remove(unnamed());
}

// Reserves whole steps, so that the file is extended rarely and not with each batch.
void Segment::reserve(std::uint64_t size) {
  if (size <= reserved_) return;
  reserved_ += (size - reserved_ + step_ - 1) / step_ * step_;
  file_->preallocate({reserved_});
}

Result<> Segment::append(BatchEncoder& encoder, std::span<const LogAppend> events,
                         std::span<const MarkAppend> marks) {
  assert(usable_ && end_ == kept_end_);
  encoder.encode({batch_seed(checksum_, end_), created_}, events, marks, runs_);
  reserve(end_ + encoder.bytes());
  if (const std::error_code error = write_all(*file_, encoder.ranges())) {
    runs_.undo();
    // If the truncation fails, the rest of the batch has no valid checksum: a reader ends before it.
    usable_ = !file_->truncate({end_});
    return storage_error(error, "The journal cannot be written");
  }
  end_ += encoder.bytes();
  return {};
}

void Segment::keep() {
  kept_end_ = end_;
  runs_.keep();
}

Result<> Segment::take_back() {
  usable_ = false;
  end_ = kept_end_;
  runs_.undo();
  if (const std::error_code error = file_->truncate({end_}))
    return storage_error(error, "The journal cannot be cut back");
  return {};
}

}  // namespace belay::storage
