// Stores which stream tickets have been used. This distinguishes a reconnect from a late first use, also
// after a restart.
//
// A ticket must be used for the first time within 30 s, and is valid for reconnects afterwards. EventSource
// reconnects with exactly the same address, so the request itself does not show that it is a reconnect. Only
// the server's memory can. Only the ticket's id is stored (the ticket is signed and contains the rest).
//
// The number of uses is bounded, in total and per user.
//
// In total: uses are stored in segments. A segment is complete when it has an eighth of the maximum number of
// uses, or covers an eighth of a ticket's lifetime. A segment is removed when all its tickets have expired.
// When there are more than eight segments, the
// oldest is removed.
//
// Per user: a user who has the maximum number of uses loses their own oldest one. Its record is overwritten
// if it is in the newest segment. So no user can displace the tickets of others.
//
// A client whose ticket was forgotten is rejected with 401 and asks for a new one.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/file_descriptor.hpp"
#include "base/result.hpp"
#include "base/thread_pool.hpp"

namespace belay::auth {

// 8 bytes that identify the user (a keyed hash, made by Tickets), then 8 random bytes. Tickets of earlier
// versions have 16 random bytes: each of them counts as a user of its own.
using TicketId = std::array<unsigned char, 16>;

struct TicketUse {
  TicketId id;
  WallTime expires;  // of the ticket: the use is not needed after this
};

// The port. Thread-safe.
class TicketUses {
 public:
  virtual ~TicketUses() = default;
  virtual bool contains(const TicketId& id) const = 0;
  // Does nothing when the ticket is already stored.
  virtual void record(const TicketUse& use, WallTime now) = 0;
};

struct TicketUseLimits {
  std::size_t max_uses;
  Milliseconds ticket_lifetime;
  std::size_t max_uses_per_user;
};

// The uses in memory, and where each of them is recorded. Both implementations use it for look-up. Not
// thread-safe.
class UseIndex {
 public:
  static constexpr std::size_t kSegments = 8;
  // Where a use is recorded.
  struct Slot {
    std::uint64_t segment;
    std::size_t index;
    bool opens_segment;
  };

  explicit UseIndex(TicketUseLimits limits);
  bool contains(const TicketId& id) const;
  // The id must not be stored yet.
  Slot add(const TicketUse& use);
  // Removes one segment that is expired or over the maximum, and returns its number.
  std::optional<std::uint64_t> drop_one(WallTime now);
  std::size_t size() const { return size_; }

  // Loads the contents of a segment's file, its slots in order; nothing for a slot with a broken record.
  // Segments must be loaded in the order of their numbers.
  void load(std::uint64_t segment, const std::vector<std::optional<TicketUse>>& slots);

 private:
  using User = std::uint64_t;
  struct Use {
    TicketId id;
    std::uint64_t segment;
    std::size_t index;
  };
  struct Segment {
    std::uint64_t number;
    WallTime first_expires;
    WallTime last_expires;
    std::vector<User> slots;  // the user whose use is in each slot
  };
  static User user_of(const TicketId& id);
  bool wants_new_segment(const TicketUse& use) const;
  void take_expiry(Segment& segment, WallTime expires) const;
  // Removes and returns the use that the user's newest use displaces, if any.
  std::optional<Use> evict_oldest(std::vector<Use>& uses);

  const std::size_t max_per_segment_;
  const std::size_t max_uses_per_user_;
  const Milliseconds span_;
  std::deque<Segment> segments_;
  std::unordered_map<User, std::vector<Use>> users_;  // each user's oldest use first
  std::size_t size_ = 0;
};

// Stores uses in memory only: a restart forgets them.
class MemoryTicketUses final : public TicketUses {
 public:
  explicit MemoryTicketUses(TicketUseLimits limits) : index_(limits) {}
  bool contains(const TicketId& id) const override;
  void record(const TicketUse& use, WallTime now) override;
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  UseIndex index_;
};

// Stores uses in files. Segments are files "00000001.uses" in a directory of their own, made of 32-byte
// records:
//
//   16 bytes   the ticket's id
//    8 bytes   when it expires, ms since 1970, little-endian
//    8 bytes   checksum: the first 8 bytes of SHA-256 over the 24 bytes before
//
// record() is one pwrite() of one record, on the caller's loop, before the stream is answered: it survives
// kill -9. With `durable_by` the record is synced on the thread pool right after that, and then survives a
// loss of power. If a use was lost in between, its ticket is rejected with 401, and the client asks for
// another.
//
// An incomplete record at a segment's end is cut off. A record with a wrong checksum is skipped. When the
// disk fails, the use is stored in memory only, and the notice reports this once: reading an answer needs no
// disk.
class FileTicketUses final : public TicketUses {
 public:
  using Notice = std::function<void(const std::string& text)>;

  // Creates the directory if it does not exist, and reads it. Follows no symbolic link. Blocks; for start-up.
  // For one process at a time: the data directory is locked.
  static Result<std::unique_ptr<FileTicketUses>> open(std::filesystem::path directory, TicketUseLimits limits,
                                                      WallTime now, Notice notice,
                                                      ThreadPool* durable_by = nullptr);
  bool contains(const TicketId& id) const override;
  void record(const TicketUse& use, WallTime now) override;
  std::size_t size() const;

 private:
  FileTicketUses(std::filesystem::path directory, TicketUseLimits limits, Notice notice,
                 ThreadPool* durable_by);
  Result<> load(WallTime now);
  Result<> load_segment(std::uint64_t number);
  std::filesystem::path path_of(std::uint64_t number) const;
  FileDescriptor open_segment(std::uint64_t number) const;
  bool write(const TicketUse& use, std::size_t index);
  bool fail_write(const char* call);
  void sync_soon(bool is_new_file);
  void drop_old(WallTime now);

  const std::filesystem::path directory_;
  const Notice notice_;
  ThreadPool* const durable_by_;  // null: a use need not survive a loss of power
  // True: a sync is scheduled on the thread pool, and will cover everything written until it starts. Shared
  // with the thread pool.
  const std::shared_ptr<std::atomic<bool>> sync_is_due_ = std::make_shared<std::atomic<bool>>(false);
  mutable std::mutex mutex_;
  UseIndex index_;
  FileDescriptor file_;  // of the last segment; opened by the first write to it
  bool disk_failed_ = false;
};

}  // namespace belay::auth
