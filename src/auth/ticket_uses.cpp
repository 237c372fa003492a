#include "auth/ticket_uses.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
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

Error failed(const std::filesystem::path& path, const char* call) {
  return make_error(ErrorCode::unavailable, fmt::format("The record of ticket uses {}: {}: {}.",
                                                        path.string(), call, std::strerror(errno)));
}

}  // namespace

// ---- UseIndex

UseIndex::UseIndex(TicketUseLimits limits)
    : max_per_segment_(std::max<std::size_t>(1, limits.max_uses / kSegments)),
      // A single user must never fill a segment.
      max_uses_per_user_(std::clamp<std::size_t>(limits.max_uses_per_user, 1,
                                                 std::max<std::size_t>(1, max_per_segment_ / 2))),
      span_(limits.ticket_lifetime / static_cast<std::int64_t>(kSegments)) {}

UseIndex::User UseIndex::user_of(const TicketId& id) {
  User user;
  std::memcpy(&user, id.data(), sizeof user);
  return user;
}

bool UseIndex::contains(const TicketId& id) const {
  const auto user = users_.find(user_of(id));
  return user != users_.end() &&
         std::any_of(user->second.begin(), user->second.end(), [&](const Use& use) { return use.id == id; });
}

bool UseIndex::wants_new_segment(const TicketUse& use) const {
  if (segments_.empty()) return true;
  const Segment& last = segments_.back();
  if (last.slots.empty()) return false;
  return last.slots.size() >= max_per_segment_ || use.expires - last.first_expires > span_;
}

void UseIndex::take_expiry(Segment& segment, WallTime expires) const {
  if (segment.first_expires == WallTime()) segment.first_expires = expires;
  segment.last_expires = std::max(segment.last_expires, expires);
}

std::optional<UseIndex::Use> UseIndex::evict_oldest(std::vector<Use>& uses) {
  if (uses.size() < max_uses_per_user_) return std::nullopt;
  const Use oldest = uses.front();
  uses.erase(uses.begin());
  --size_;
  return oldest;
}

UseIndex::Slot UseIndex::add(const TicketUse& use) {
  const bool opens_segment = wants_new_segment(use);
  if (opens_segment) {
    const std::uint64_t number = segments_.empty() ? 1 : segments_.back().number + 1;
    segments_.push_back({number, {}, {}, {}});
  }
  Segment& segment = segments_.back();
  take_expiry(segment, use.expires);
  std::vector<Use>& uses = users_[user_of(use.id)];
  const std::optional<Use> displaced = evict_oldest(uses);
  std::size_t index = segment.slots.size();
  if (displaced && displaced->segment == segment.number)
    index = displaced->index;
  else
    segment.slots.push_back(user_of(use.id));
  uses.push_back({use.id, segment.number, index});
  ++size_;
  return {segment.number, index, opens_segment};
}

void UseIndex::load(std::uint64_t number, const std::vector<std::optional<TicketUse>>& slots) {
  assert(segments_.empty() || number > segments_.back().number);
  Segment& segment = segments_.emplace_back(Segment{number, {}, {}, {}});
  std::vector<std::size_t> sound;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    segment.slots.push_back(slots[i] ? user_of(slots[i]->id) : User());
    if (slots[i]) sound.push_back(i);
  }
  // A slot may have been overwritten. Its use is then newer than those of later slots.
  std::stable_sort(sound.begin(), sound.end(),
                   [&](std::size_t a, std::size_t b) { return slots[a]->expires < slots[b]->expires; });
  for (const std::size_t i : sound) {
    take_expiry(segment, slots[i]->expires);
    std::vector<Use>& uses = users_[user_of(slots[i]->id)];
    evict_oldest(uses);
    uses.push_back({slots[i]->id, number, i});
    ++size_;
  }
}

std::optional<std::uint64_t> UseIndex::drop_one(WallTime now) {
  for (auto segment = segments_.begin(); segment != segments_.end(); ++segment) {
    const bool is_last = segment + 1 == segments_.end();
    if (is_last || (segments_.size() <= kSegments && segment->last_expires > now)) continue;
    const std::uint64_t number = segment->number;
    for (const User user : segment->slots) {
      const auto found = users_.find(user);
      if (found == users_.end()) continue;
      size_ -= std::erase_if(found->second, [&](const Use& use) { return use.segment == number; });
      if (found->second.empty()) users_.erase(found);
    }
    segments_.erase(segment);
    return number;
  }
  return std::nullopt;
}

// ---- MemoryTicketUses

bool MemoryTicketUses::contains(const TicketId& id) const {
  const std::lock_guard lock(mutex_);
  return index_.contains(id);
}

void MemoryTicketUses::record(const TicketUse& use, WallTime now) {
  const std::lock_guard lock(mutex_);
  if (index_.contains(use.id)) return;
  index_.add(use);
  while (index_.drop_one(now)) {
  }
}

std::size_t MemoryTicketUses::size() const {
  const std::lock_guard lock(mutex_);
  return index_.size();
}

// ---- FileTicketUses

FileTicketUses::FileTicketUses(std::filesystem::path directory, TicketUseLimits limits, Notice notice,
                               ThreadPool* durable_by)
    : directory_(std::move(directory)), notice_(std::move(notice)), durable_by_(durable_by), index_(limits) {}

Result<std::unique_ptr<FileTicketUses>> FileTicketUses::open(std::filesystem::path directory,
                                                             TicketUseLimits limits, WallTime now,
                                                             Notice notice, ThreadPool* durable_by) {
  std::unique_ptr<FileTicketUses> uses(
      new FileTicketUses(std::move(directory), limits, std::move(notice), durable_by));
  if (auto loaded = uses->load(now); !loaded) return loaded.error();
  return uses;
}

std::filesystem::path FileTicketUses::path_of(std::uint64_t number) const {
  return directory_ / fmt::format("{:08}.uses", number);
}

Result<> FileTicketUses::load(WallTime now) {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) return failed(directory_, "mkdir");
  const FileDescriptor itself(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!itself) return failed(directory_, "open");
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
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return failed(path, "open");
  std::vector<std::optional<TicketUse>> slots;
  std::string bytes(64 << 10, '\0');
  std::size_t held = 0;  // bytes of a record that the last read returned incompletely
  for (;;) {
    const ssize_t read = ::read(file.get(), bytes.data() + held, bytes.size() - held);
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return failed(path, "read");
    if (read == 0) break;
    held += static_cast<std::size_t>(read);
    std::size_t at = 0;
    for (Record record; held - at >= kRecordBytes; at += kRecordBytes) {
      std::memcpy(record.data(), bytes.data() + at, kRecordBytes);
      slots.push_back(decode(record));
    }
    held -= at;
    std::memmove(bytes.data(), bytes.data() + at, held);
  }
  index_.load(number, slots);
  return {};
}

bool FileTicketUses::contains(const TicketId& id) const {
  const std::lock_guard lock(mutex_);
  return index_.contains(id);
}

void FileTicketUses::record(const TicketUse& use, WallTime now) {
  const std::lock_guard lock(mutex_);
  if (index_.contains(use.id)) return;
  const UseIndex::Slot slot = index_.add(use);
  if (slot.opens_segment) file_ = FileDescriptor();
  if (!file_) file_ = open_segment(slot.segment);
  if (write(use, slot.index)) {
    disk_failed_ = false;
    sync_soon(slot.opens_segment);
  }
  drop_old(now);
}

// Only one sync is scheduled at a time, except for a new file, which the scheduled sync does not cover. If
// the thread pool's queue is full, the next use schedules the sync.
void FileTicketUses::sync_soon(bool is_new_file) {
  if (durable_by_ == nullptr) return;
  if (sync_is_due_->exchange(true) && !is_new_file) return;
  auto file = std::make_shared<FileDescriptor>(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
  auto sync = [file, is_new_file, directory = directory_, is_due = sync_is_due_] {
    is_due->store(false);  // later writes need another sync
    if (*file) (void)::fdatasync(file->get());
    if (!is_new_file) return;
    const FileDescriptor names(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (names) (void)::fsync(names.get());
  };
  if (!durable_by_->submit(std::move(sync))) sync_is_due_->store(false);
}

FileDescriptor FileTicketUses::open_segment(std::uint64_t number) const {
  return FileDescriptor(::open(path_of(number).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
}

bool FileTicketUses::write(const TicketUse& use, std::size_t index) {
  if (!file_) return fail_write("open");
  const Record record = encode(use);
  const auto at = static_cast<off_t>(index * kRecordBytes);
  if (::pwrite(file_.get(), record.data(), record.size(), at) != static_cast<ssize_t>(record.size()))
    return fail_write("write");
  return true;
}

bool FileTicketUses::fail_write(const char* call) {
  const Error error = failed(directory_, call);
  if (!std::exchange(disk_failed_, true))
    notice_(error.detail + " Tickets that are used for the first time now end with this process.");
  return false;
}

void FileTicketUses::drop_old(WallTime now) {
  while (const auto number = index_.drop_one(now)) ::unlink(path_of(*number).c_str());
}

std::size_t FileTicketUses::size() const {
  const std::lock_guard lock(mutex_);
  return index_.size();
}

}  // namespace belay::auth
