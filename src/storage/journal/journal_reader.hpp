// Reads segment files with any contents: for replay at start, for the tool that prints a journal, for tests
// and for fuzzing.
//
// Every size is checked. Every batch is checked against its checksum and decoded completely before any of it
// is returned. Reading ends at the first invalid batch; end() says what kind of end that is. Memory:
// one batch, and the runs of one segment. The reader needs no lock and changes nothing. It can also read the
// segments of a live server; their end may then look torn.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "core/ports/event_log.hpp"
#include "storage/journal/segment_format.hpp"

namespace belay::storage {

// The bytes of a segment. The size is fixed when the input is opened.
class SegmentInput {
 public:
  virtual ~SegmentInput() = default;
  virtual std::uint64_t size() const = 0;
  // Fills `out` with the bytes from `place` on. False when reading fails or the bytes do not exist.
  virtual bool read(std::uint64_t place, std::span<char> out) = 0;
};

class FileInput final : public SegmentInput {
 public:
  static Result<std::unique_ptr<FileInput>> open(const std::filesystem::path& path);
  ~FileInput() override;
  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t place, std::span<char> out) override;

 private:
  FileInput(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  const int fd_;
  const std::uint64_t size_;
};

class MemoryInput final : public SegmentInput {
 public:
  explicit MemoryInput(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t place, std::span<char> out) override;

 private:
  std::string_view bytes_;
};

using BatchEntry = std::variant<LogAppend, MarkAppend>;
struct Batch {
  std::uint64_t place = 0;  // in the file
  std::uint64_t size = 0;
  std::vector<BatchEntry> entries;  // they point to bytes that are valid until the next batch is read
};

enum class SegmentEnd {
  none,        // not reached yet
  clean,       // after a complete batch
  torn_tail,   // the last batch is incomplete, and nothing follows it
  broken,      // an invalid batch, and more bytes follow it
  unreadable,  // the input failed
};

class SegmentReader {
 public:
  explicit SegmentReader(SegmentInput& input);

  DecodedHeader::State header_state() const { return header_.state; }
  const SegmentHeader& header() const { return header_.header; }

  // Reads the next batch. False at the end, and immediately when the header is not good (end() is then broken
  // or unreadable).
  bool next(Batch& batch);
  SegmentEnd end() const { return end_; }
  // Where the next batch begins.
  std::uint64_t place() const { return place_; }

 private:
  struct KnownRun {
    RunId id;
    Epoch epoch = 0;
    Offset last = 0;
    WallTime base_time;
  };

  bool stop(SegmentEnd end);
  // The bytes at `place`, from a buffer that holds part of the file; empty when they cannot be read.
  std::string_view window(std::uint64_t place, std::uint64_t size);
  bool rest_is_zero();
  bool decode(std::string_view entries, std::vector<BatchEntry>& out);
  bool decode_new_run(std::uint64_t number, std::string_view& rest);
  bool decode_events(KnownRun& run, bool follows, std::string_view& rest, std::vector<BatchEntry>& out);

  SegmentInput& input_;
  DecodedHeader header_;
  std::uint64_t place_ = 0;
  SegmentEnd end_ = SegmentEnd::none;
  std::vector<KnownRun> runs_;  // by number
  std::vector<char> window_;
  std::uint64_t window_place_ = 0;
};

}  // namespace belay::storage
