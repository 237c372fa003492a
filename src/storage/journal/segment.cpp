#include "storage/journal/segment.hpp"

#include <cassert>

namespace belay::storage {

Result<std::unique_ptr<Segment>> Segment::create(FileSystem& files, const std::filesystem::path& directory,
                                                 const SegmentHeader& header, ByteCount preallocate) {
  const std::string name = SegmentName{header.generation, header.loop, header.sequence}.file();
  const std::filesystem::path path = directory / name;
  const std::filesystem::path unfinished = directory / (name + ".new");
  const auto failed = [&](std::error_code error) {
    files.remove(unfinished);
    return storage_error(error, "A journal segment cannot be made in " + directory.string());
  };

  auto [file, error] = files.create(unfinished);
  if (error) return failed(error);
  file->preallocate(preallocate);
  EncodedHeader encoded = encode_header(header);
  iovec range{encoded.bytes.data(), encoded.bytes.size()};
  error = write_all(*file, {&range, 1});
  if (!error) error = files.rename(unfinished, path);
  if (error) return failed(error);
  return std::unique_ptr<Segment>(new Segment(path, std::move(file), header.created, encoded.checksum));
}

Segment::~Segment() {
  if (usable_) file_->truncate({end_});
}

Result<> Segment::append(BatchEncoder& encoder, std::span<const LogAppend> events,
                         std::span<const MarkAppend> marks) {
  assert(usable_ && end_ == kept_end_);
  encoder.encode({batch_seed(checksum_, end_), created_}, events, marks, runs_);
  if (const std::error_code error = write_all(*file_, encoder.ranges())) {
    runs_.undo();
    // What remains of a batch if this fails has no valid checksum: a reader stops before it.
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
