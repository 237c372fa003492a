// Which stream tickets have been used: what tells a reconnect from a late first use, also after a restart.
//
// A ticket must be used for the first time within 30 s, and is good for reconnects afterwards. EventSource
// reconnects with the very same address, so nothing in the request says that it is a reconnect; only the
// server's memory can. What is remembered is the ticket's id alone (the ticket is signed and says the rest).
//
// Bounded, in total and for each user. In total: uses stand in segments, each an eighth of what may be
// remembered or of a ticket's lifetime, whichever ends first; a segment goes when all its tickets have
// expired, or when there are too many, the oldest first. For each user: whoever has as many uses as one user
// may have loses the oldest of their own; its record is overwritten where it is in the newest segment. So
// nobody can push out the tickets of others. A client whose ticket was forgotten is refused with 401 and asks
// for a new one.
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

#include "auth/file_descriptor.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/workers.hpp"

namespace belay::auth {

// 8 bytes that name the user (a keyed hash, made by Tickets), 8 random ones. Tickets of earlier versions have
// 16 random bytes: each counts as a user of its own.
using TicketId = std::array<unsigned char, 16>;

struct TicketUse {
  TicketId id;
  WallTime expires;  // of the ticket: not needed any more from then on
};

// The port. Thread-safe.
class TicketUses {
 public:
  virtual ~TicketUses() = default;
  virtual bool contains(const TicketId& id) const = 0;
  // Does nothing when the ticket is there already.
  virtual void record(const TicketUse& use, WallTime now) = 0;
};

struct TicketUseLimits {
  std::size_t most_uses;
  Milliseconds ticket_lifetime;
  std::size_t max_uses_per_user;
};

// The uses in memory, and where each has its record: what both implementations look things up in. Not
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
  // The id is not there yet.
  Slot add(const TicketUse& use);
  // Takes out one segment that is over the bound or expired, and returns its number.
  std::optional<std::uint64_t> drop_one(WallTime now);
  std::size_t size() const { return size_; }

  // What a segment's file holds, its slots in order; nothing: the record is broken. Segments by their
  // numbers.
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
    std::vector<User> slots;  // whose use each of them is
  };
  static User user_of(const TicketId& id);
  bool wants_new_segment(const TicketUse& use) const;
  void take_expiry(Segment& segment, WallTime expires) const;
  // What the newest use of the user displaces.
  std::optional<Use> make_room(std::vector<Use>& uses);

  const std::size_t most_in_a_segment_;
  const std::size_t max_uses_per_user_;
  const Milliseconds span_;
  std::deque<Segment> segments_;
  std::unordered_map<User, std::vector<Use>> users_;  // the oldest use first
  std::size_t size_ = 0;
};

// Forgets at a restart.
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

// Segments are files "00000001.uses" in a directory of their own, made of 32-byte records:
//
//   16 bytes   the ticket's id
//    8 bytes   when it expires, ms since 1970, little-endian
//    8 bytes   checksum: the first of SHA-256 over the 24 before
//
// record() is one pwrite() of one record, on the caller's loop, before the stream is answered: it survives
// kill -9. With `durable_by` it is synced on a worker right after that, and then survives the loss of power:
// a ticket whose use was lost in between is refused with 401, and its client asks for another. A torn record
// at a segment's end is cut off, one with a wrong checksum is passed over. When the disk refuses, the use is
// remembered in memory only, and the notice says so once: reading an answer needs no disk.
class FileTicketUses final : public TicketUses {
 public:
  using Notice = std::function<void(const std::string& text)>;

  // Makes the directory if need be and reads it. Blocks; for start-up. One process at a time: the data
  // directory is locked.
  // Follows no symbolic link.
  static Result<std::unique_ptr<FileTicketUses>> open(std::filesystem::path directory, TicketUseLimits limits,
                                                      WallTime now, Notice notice,
                                                      Workers* durable_by = nullptr);
  bool contains(const TicketId& id) const override;
  void record(const TicketUse& use, WallTime now) override;
  std::size_t size() const;

 private:
  FileTicketUses(std::filesystem::path directory, TicketUseLimits limits, Notice notice, Workers* durable_by);
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
  Workers* const durable_by_;  // null: a use need not survive the loss of power
  // A worker is about to sync, and will sync what is written by then. Shared with the workers.
  const std::shared_ptr<std::atomic<bool>> sync_is_due_ = std::make_shared<std::atomic<bool>>(false);
  mutable std::mutex mutex_;
  UseIndex index_;
  FileDescriptor file_;  // of the last segment, opened by the first write to it
  bool disk_failed_ = false;
};

}  // namespace belay::auth
