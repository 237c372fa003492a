// Which stream tickets have been used: what tells a reconnect from a late first use, also after a restart.
//
// A ticket must be used for the first time within 30 s, and is good for reconnects afterwards. EventSource
// reconnects with the very same address, so nothing in the request says that it is a reconnect; only the
// server's memory can. What is remembered is the ticket's id alone (the ticket is signed and says the rest).
//
// Bounded: uses stand in segments, each an eighth of what may be remembered or of a ticket's lifetime,
// whichever ends first. A segment goes when all its tickets have expired, or when there are too many, the
// oldest first; nothing is ever rewritten. A client whose ticket was forgotten is refused with 401 and asks
// for a new one.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <unordered_set>

#include "auth/file_descriptor.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace belay::auth {

using TicketId = std::array<unsigned char, 16>;  // random, so that its first bytes serve as a hash

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
};

// The segments in memory: what both implementations look things up in. Not thread-safe.
class UseSegments {
 public:
  static constexpr std::size_t kSegments = 8;
  struct Segment {
    std::uint64_t number;
    WallTime first_expires;
    WallTime last_expires;
    std::unordered_set<TicketId, std::function<std::size_t(const TicketId&)>> ids;
  };

  explicit UseSegments(TicketUseLimits limits);
  bool contains(const TicketId& id) const;
  // The use belongs in a segment of its own.
  bool wants_new_segment(const TicketUse& use) const;
  void open_segment(std::uint64_t number);
  void add(const TicketUse& use);
  // Takes out one segment that is over the bound or expired, and returns its number.
  std::optional<std::uint64_t> drop_one(WallTime now);
  std::uint64_t last_number() const { return segments_.empty() ? 0 : segments_.back().number; }
  std::size_t size() const;

 private:
  const std::size_t most_in_a_segment_;
  const Milliseconds span_;
  std::deque<Segment> segments_;
};

// Forgets at a restart.
class MemoryTicketUses final : public TicketUses {
 public:
  explicit MemoryTicketUses(TicketUseLimits limits) : segments_(limits) {}
  bool contains(const TicketId& id) const override;
  void record(const TicketUse& use, WallTime now) override;
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  UseSegments segments_;
};

// Segments are files "00000001.uses" in a directory of their own, made of 32-byte records:
//
//   16 bytes   the ticket's id
//    8 bytes   when it expires, ms since 1970, little-endian
//    8 bytes   checksum: the first of SHA-256 over the 24 before
//
// record() is one pwrite() of one record, on the caller's loop, before the ticket is accepted: it survives
// kill -9, not a power failure. A torn record at a segment's end is cut off, one with a wrong checksum is
// passed over. When the disk refuses, the use is remembered in memory only, and the notice says so once:
// reading an answer needs no disk.
class FileTicketUses final : public TicketUses {
 public:
  using Notice = std::function<void(const std::string& text)>;

  // Makes the directory if need be and reads it. Blocks; for start-up. One process at a time: the data
  // directory is locked.
  static Result<std::unique_ptr<FileTicketUses>> open(std::filesystem::path directory, TicketUseLimits limits,
                                                      WallTime now, Notice notice);
  bool contains(const TicketId& id) const override;
  void record(const TicketUse& use, WallTime now) override;
  std::size_t size() const;

 private:
  FileTicketUses(std::filesystem::path directory, TicketUseLimits limits, Notice notice);
  Result<> load(WallTime now);
  Result<> load_segment(std::uint64_t number);
  std::filesystem::path path_of(std::uint64_t number) const;
  bool append(const TicketUse& use);
  bool fail_append(const char* call);
  void drop_old(WallTime now);

  const std::filesystem::path directory_;
  const Notice notice_;
  mutable std::mutex mutex_;
  UseSegments segments_;
  FileDescriptor file_;   // of the last segment, opened by the first append to it
  off_t file_bytes_ = 0;  // whole records in it; what stands behind them is torn
  bool disk_failed_ = false;
};

}  // namespace belay::auth
