// The readers of one loop: which subscription reads which log. A log notifies each loop once, and not each
// reader.
//
// Belongs to its loop. Only wake_from_other_loop() may be called by other threads. It carries all logs of a
// turn in one post.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/loop.hpp"
#include "core/log/cursor.hpp"
#include "core/log/log_buffer.hpp"

namespace belay {

class Subscription;

// The readers of one log on one loop.
struct LogReaders {
  // Each subscription knows its index here. Null: it left while the list was being walked. Most logs have one
  // reader.
  boost::container::small_vector<Subscription*, 2> list;
  int walking = 0;
  bool has_gaps = false;
};

class ReaderHub {
 public:
  explicit ReaderHub(Loop& loop) : loop_(loop) {}
  Loop& loop() { return loop_; }

  void add(Subscription& subscription);
  void remove(Subscription& subscription);
  // The log has new events: wakes all its readers on this loop.
  void wake(LogBuffer& log) {
    if (LogReaders* const readers = log.readers_here() ? log.readers_here() : find(log))
      wake_all(log, *readers);
  }
  // These three functions prefetch, for logs that are about to be woken, the memory that waking will use.
  // With thousands of logs, that memory has left the processor's caches. Each function reads what the
  // function before it has fetched.
  static void fetch_readers(const LogBuffer& log);
  static void fetch_first_reader(const LogBuffer& log);
  static void prefetch_rendition(const LogBuffer& log);
  // Any thread.
  void wake_from_other_loop(std::vector<std::shared_ptr<LogBuffer>> logs);
  std::size_t readers() const { return readers_; }

  PeekedPieces& peeked() { return peeked_; }
  void add_piece(SubscriptionCursor::Piece piece) { peeked_.pieces[peeked_.count++] = std::move(piece); }
  void forget_peeked() {
    for (std::size_t i = 0; i < peeked_.count; ++i) peeked_.pieces[i].block.reset();
    peeked_.count = 0;
  }

 private:
  LogReaders* find(LogBuffer& log);
  void wake_all(LogBuffer& log, LogReaders& readers);
  void close_gaps(LogReaders& readers);
  void forget_if_unread(LogBuffer& log, const LogReaders& readers);

  Loop& loop_;
  std::unordered_map<LogBuffer*, LogReaders> by_log_;  // its elements never move
  std::size_t readers_ = 0;
  PeekedPieces peeked_;
};

}  // namespace belay
