#include "auth/ticket_uses.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <vector>

#include <fmt/format.h>
#include <openssl/sha.h>

namespace belay::auth {
namespace {

constexpr std::size_t kRecordBytes = 32;
constexpr std::size_t kSummedBytes = 24;
using Record = std::array<unsigned char, kRecordBytes>;

std::array<unsigned char, SHA256_DIGEST_LENGTH> checksum(const Record& record) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> sum;
  SHA256(record.data(), kSummedBytes, sum.data());
  return sum;
}

Record encode(const TicketUse& use) {
  Record record;
  std::copy(use.id.begin(), use.id.end(), record.begin());
  for (std::size_t i = 0; i < 8; ++i)
    record[16 + i] = static_cast<unsigned char>(static_cast<std::uint64_t>(use.expires.ms) >> (8 * i));
  std::copy_n(checksum(record).begin(), kRecordBytes - kSummedBytes, record.begin() + kSummedBytes);
  return record;
}

std::optional<TicketUse> decode(const Record& record) {
  if (!std::equal(record.begin() + kSummedBytes, record.end(), checksum(record).begin())) return std::nullopt;
  TicketUse use;
  std::copy_n(record.begin(), use.id.size(), use.id.begin());
  std::uint64_t expires = 0;
  for (std::size_t i = 0; i < 8; ++i) expires |= static_cast<std::uint64_t>(record[16 + i]) << (8 * i);
  use.expires.ms = static_cast<std::int64_t>(expires);
  return use;
}

std::optional<std::uint64_t> segment_number(const std::filesystem::path& path) {
  const std::string name = path.stem().string();
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (path.extension() != ".uses" || failed != std::errc() || end != name.data() + name.size() || number == 0)
    return std::nullopt;
  return number;
}

std::size_t first_bytes(const TicketId& id) {
  std::size_t value;
  std::memcpy(&value, id.data(), sizeof value);
  return value;
}

Error failed(const std::filesystem::path& path, const char* call) {
  return make_error(ErrorCode::unavailable, fmt::format("The record of ticket uses {}: {}: {}.",
                                                        path.string(), call, std::strerror(errno)));
}

}  // namespace

// ---- UseSegments

UseSegments::UseSegments(TicketUseLimits limits)
    : most_in_a_segment_(std::max<std::size_t>(1, limits.most_uses / kSegments)),
      span_(limits.ticket_lifetime / static_cast<std::int64_t>(kSegments)) {}

bool UseSegments::contains(const TicketId& id) const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [&](const Segment& segment) { return segment.ids.contains(id); });
}

bool UseSegments::wants_new_segment(const TicketUse& use) const {
  if (segments_.empty()) return true;
  const Segment& last = segments_.back();
  if (last.ids.empty()) return false;
  return last.ids.size() >= most_in_a_segment_ || use.expires - last.first_expires > span_;
}

void UseSegments::open_segment(std::uint64_t number) {
  assert(number > last_number());
  segments_.push_back({number, {}, {}, decltype(Segment::ids)(0, first_bytes)});
}

void UseSegments::add(const TicketUse& use) {
  Segment& last = segments_.back();
  if (last.ids.empty()) last.first_expires = use.expires;
  last.last_expires = std::max(last.last_expires, use.expires);
  last.ids.insert(use.id);
}

std::optional<std::uint64_t> UseSegments::drop_one(WallTime now) {
  for (auto segment = segments_.begin(); segment != segments_.end(); ++segment) {
    const bool is_last = segment + 1 == segments_.end();
    if (is_last || (segments_.size() <= kSegments && segment->last_expires > now)) continue;
    const std::uint64_t number = segment->number;
    segments_.erase(segment);
    return number;
  }
  return std::nullopt;
}

std::size_t UseSegments::size() const {
  std::size_t size = 0;
  for (const Segment& segment : segments_) size += segment.ids.size();
  return size;
}

// ---- MemoryTicketUses

bool MemoryTicketUses::contains(const TicketId& id) const {
  const std::lock_guard lock(mutex_);
  return segments_.contains(id);
}

void MemoryTicketUses::record(const TicketUse& use, WallTime now) {
  const std::lock_guard lock(mutex_);
  if (segments_.contains(use.id)) return;
  if (segments_.wants_new_segment(use)) segments_.open_segment(segments_.last_number() + 1);
  segments_.add(use);
  while (segments_.drop_one(now)) {
  }
}

std::size_t MemoryTicketUses::size() const {
  const std::lock_guard lock(mutex_);
  return segments_.size();
}

// ---- FileTicketUses

FileTicketUses::FileTicketUses(std::filesystem::path directory, TicketUseLimits limits, Notice notice)
    : directory_(std::move(directory)), notice_(std::move(notice)), segments_(limits) {}

Result<std::unique_ptr<FileTicketUses>> FileTicketUses::open(std::filesystem::path directory,
                                                             TicketUseLimits limits, WallTime now,
                                                             Notice notice) {
  std::unique_ptr<FileTicketUses> uses(new FileTicketUses(std::move(directory), limits, std::move(notice)));
  if (auto loaded = uses->load(now); !loaded) return loaded.error();
  return uses;
}

std::filesystem::path FileTicketUses::path_of(std::uint64_t number) const {
  return directory_ / fmt::format("{:08}.uses", number);
}

Result<> FileTicketUses::load(WallTime now) {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) return failed(directory_, "mkdir");
  std::vector<std::uint64_t> numbers;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, failure))
    if (const auto number = segment_number(entry.path())) numbers.push_back(*number);
  if (failure)
    return make_error(ErrorCode::unavailable, fmt::format("{}: {}", directory_.string(), failure.message()));
  std::sort(numbers.begin(), numbers.end());
  for (const std::uint64_t number : numbers)
    if (auto loaded = load_segment(number); !loaded) return loaded;
  drop_old(now);
  return {};
}

Result<> FileTicketUses::load_segment(std::uint64_t number) {
  const std::filesystem::path path = path_of(number);
  std::ifstream file(path, std::ios::binary);
  if (!file) return failed(path, "open");
  segments_.open_segment(number);
  for (Record record; file.read(reinterpret_cast<char*>(record.data()), kRecordBytes);)
    if (const auto use = decode(record)) segments_.add(*use);
  return {};
}

bool FileTicketUses::contains(const TicketId& id) const {
  const std::lock_guard lock(mutex_);
  return segments_.contains(id);
}

void FileTicketUses::record(const TicketUse& use, WallTime now) {
  const std::lock_guard lock(mutex_);
  if (segments_.contains(use.id)) return;
  if (segments_.wants_new_segment(use)) {
    segments_.open_segment(segments_.last_number() + 1);
    file_ = FileDescriptor();
  }
  if (append(use)) disk_failed_ = false;
  segments_.add(use);
  drop_old(now);
}

bool FileTicketUses::append(const TicketUse& use) {
  if (!file_) {
    file_ = FileDescriptor(
        ::open(path_of(segments_.last_number()).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    struct stat status {};
    if (!file_ || ::fstat(file_.get(), &status) != 0) return fail_append("open");
    file_bytes_ = status.st_size / static_cast<off_t>(kRecordBytes) * static_cast<off_t>(kRecordBytes);
  }
  // Written where the whole records end: over what a torn write left there.
  const Record record = encode(use);
  if (::pwrite(file_.get(), record.data(), record.size(), file_bytes_) != static_cast<ssize_t>(record.size()))
    return fail_append("write");
  file_bytes_ += static_cast<off_t>(kRecordBytes);
  return true;
}

bool FileTicketUses::fail_append(const char* call) {
  const Error error = failed(directory_, call);
  if (!std::exchange(disk_failed_, true))
    notice_(error.detail + " Tickets that are used for the first time now end with this process.");
  return false;
}

void FileTicketUses::drop_old(WallTime now) {
  while (const auto number = segments_.drop_one(now)) ::unlink(path_of(*number).c_str());
}

std::size_t FileTicketUses::size() const {
  const std::lock_guard lock(mutex_);
  return segments_.size();
}

}  // namespace belay::auth
