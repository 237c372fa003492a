#include "storage/journal/journal_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <fmt/format.h>

#include "core/types/codec.hpp"

namespace belay::storage {
namespace {

constexpr std::uint64_t kWindow = 1 << 20;
constexpr std::size_t kRunIdSize = 24;

// Whether `bytes` are exactly `count` events with storable times. Times are checked before they are added, so
// that no sum overflows.
bool holds_events(std::string_view bytes, std::uint64_t count, WallTime base_time) {
  EventReader reader({.first = 1, .base_time = {0}, .bytes = bytes});
  Event event;
  std::uint64_t seen = 0;
  while (reader.next(event)) {
    if (event.time.ms > kLatestTime.ms - base_time.ms) return false;
    ++seen;
  }
  return reader.ok() && seen == count;
}

}  // namespace

Result<std::unique_ptr<FileInput>> FileInput::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  struct stat about {};
  if (fd < 0 || ::fstat(fd, &about) != 0) {
    const std::error_code error(errno, std::generic_category());
    if (fd >= 0) ::close(fd);
    const auto code =
        error == std::errc::no_such_file_or_directory ? ErrorCode::not_found : ErrorCode::unavailable;
    return make_error(
        code, fmt::format("The journal segment {} cannot be opened: {}.", path.string(), error.message()));
  }
  return std::unique_ptr<FileInput>(new FileInput(fd, static_cast<std::uint64_t>(about.st_size)));
}

FileInput::~FileInput() {
  ::close(fd_);
}

bool FileInput::read(std::uint64_t place, std::span<char> out) {
  while (!out.empty()) {
    const ssize_t bytes = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(place));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return false;
    place += static_cast<std::uint64_t>(bytes);
    out = out.subspan(static_cast<std::size_t>(bytes));
  }
  return true;
}

bool MemoryInput::read(std::uint64_t place, std::span<char> out) {
  if (place > bytes_.size() || out.size() > bytes_.size() - place) return false;
  if (!out.empty()) std::memcpy(out.data(), bytes_.data() + place, out.size());
  return true;
}

SegmentReader::SegmentReader(SegmentInput& input) : input_(input) {
  end_ = SegmentEnd::broken;
  if (input_.size() < kSegmentHeaderSize) return;
  const std::string_view bytes = window(0, kSegmentHeaderSize);
  header_ = decode_header(bytes);
  if (bytes.empty()) end_ = SegmentEnd::unreadable;
  if (header_.state != DecodedHeader::State::good) return;
  place_ = kSegmentHeaderSize;
  end_ = SegmentEnd::none;
}

bool SegmentReader::next(Batch& batch) {
  if (end_ != SegmentEnd::none) return false;
  const std::uint64_t left = input_.size() - place_;
  if (left == 0) return stop(SegmentEnd::clean);
  if (left < kBatchHeaderSize) return stop(SegmentEnd::torn_tail);

  const std::string_view head = window(place_, kBatchHeaderSize);
  if (head.empty()) return stop(SegmentEnd::unreadable);
  const auto checksum = load_fixed<std::uint64_t>(head.data());
  const std::uint64_t size = kBatchHeaderSize + load_fixed<std::uint32_t>(head.data() + kBatchChecksumSize);
  if (size == kBatchHeaderSize) return stop(rest_is_zero() ? SegmentEnd::torn_tail : SegmentEnd::broken);
  if (size > left) return stop(SegmentEnd::torn_tail);
  const SegmentEnd if_wrong = size == left ? SegmentEnd::torn_tail : SegmentEnd::broken;

  const std::string_view whole = window(place_, size);
  if (whole.empty()) return stop(SegmentEnd::unreadable);
  const std::string_view covered = whole.substr(kBatchChecksumSize);
  const std::uint64_t seed = batch_seed(header_.checksum, place_);
  if (checksum != XXH3_64bits_withSeed(covered.data(), covered.size(), seed)) return stop(if_wrong);

  batch.place = place_;
  batch.size = size;
  batch.entries.clear();
  if (!decode(whole.substr(kBatchHeaderSize), batch.entries)) return stop(SegmentEnd::broken);
  place_ += size;
  return true;
}

bool SegmentReader::stop(SegmentEnd end) {
  end_ = end;
  return false;
}

std::string_view SegmentReader::window(std::uint64_t place, std::uint64_t size) {
  const bool held = place >= window_place_ && place - window_place_ <= window_.size() &&
                    size <= window_.size() - (place - window_place_);
  if (!held) {
    window_.resize(std::max(size, std::min(kWindow, input_.size() - place)));
    window_place_ = place;
    if (!input_.read(place, window_)) {
      window_.clear();
      return {};
    }
  }
  return {window_.data() + (place - window_place_), size};
}

bool SegmentReader::rest_is_zero() {
  for (std::uint64_t at = place_; at < input_.size();) {
    const std::string_view piece = window(at, std::min(kWindow, input_.size() - at));
    if (piece.empty() || piece.find_first_not_of('\0') != piece.npos) return false;
    at += piece.size();
  }
  return true;
}

bool SegmentReader::decode(std::string_view rest, std::vector<BatchEntry>& out) {
  while (!rest.empty()) {
    const auto key = take_varint(rest);
    if (!key) return false;
    const auto kind = static_cast<EntryKind>(*key & 3);
    const std::uint64_t number = *key >> 2;
    if (kind == EntryKind::new_run) {
      if (!decode_new_run(number, rest)) return false;
      continue;
    }
    if (number >= runs_.size()) return false;
    KnownRun& run = runs_[number];
    if (kind == EntryKind::mark) {
      if (rest.empty()) return false;
      out.emplace_back(MarkAppend{run.id, static_cast<RunMark>(rest.front())});
      rest.remove_prefix(1);
    } else if (!decode_events(run, kind == EntryKind::more_events, rest, out)) {
      return false;
    }
  }
  return true;
}

bool SegmentReader::decode_new_run(std::uint64_t number, std::string_view& rest) {
  if (number != runs_.size() || rest.size() < kRunIdSize) return false;
  KnownRun run;
  run.id.time.ms = load_fixed<std::int64_t>(rest.data());
  std::memcpy(run.id.uuid.data(), rest.data() + 8, run.id.uuid.size());
  if (!is_storable(run.id.time)) return false;
  rest.remove_prefix(kRunIdSize);
  runs_.push_back(run);
  return true;
}

bool SegmentReader::decode_events(KnownRun& run, bool follows, std::string_view& rest,
                                  std::vector<BatchEntry>& out) {
  LogAppend append{.run = run.id, .epoch = run.epoch};
  append.events.first = run.last + 1;
  if (follows) {
    if (run.last == 0) return false;
  } else {
    const auto epoch = take_varint(rest);
    const auto first = take_varint(rest);
    if (!epoch || *epoch == 0 || *epoch > UINT32_MAX || !first) return false;
    append.epoch = static_cast<Epoch>(*epoch);
    append.events.first = *first;
  }
  const auto shift = take_varint(rest);
  const auto count = take_varint(rest);
  const auto size = take_varint(rest);
  if (!shift || !count || !size || *size > rest.size() || append.events.first == 0) return false;

  // Add as unsigned numbers, because the bytes may contain anything. Then check that the time is storable.
  const WallTime reference = follows ? run.base_time : header_.header.created;
  append.events.base_time.ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(reference.ms) +
                                                         static_cast<std::uint64_t>(unzigzag(*shift)));
  append.events.bytes = rest.substr(0, *size);
  const Offset max = UINT64_MAX - append.events.first;  // leaves one offset after the last event
  if (!is_storable(append.events.base_time) || *count == 0 || *count > UINT32_MAX || *count > max ||
      !holds_events(append.events.bytes, *count, append.events.base_time))
    return false;
  append.count = static_cast<std::uint32_t>(*count);
  rest.remove_prefix(*size);

  run.epoch = append.epoch;
  run.last = append.events.first + append.count - 1;
  run.base_time = append.events.base_time;
  out.emplace_back(append);
  return true;
}

}  // namespace belay::storage
