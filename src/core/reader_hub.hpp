// The readers of one loop: which subscription reads which log, so that a log is told once a loop, not once a
// reader.
//
// Belongs to its loop. wake_from_elsewhere() is the one call for other threads: it carries all logs of a turn
// in one post.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/loop.hpp"
#include "core/cursor.hpp"
#include "core/run_log.hpp"

namespace belay {

class Subscription;

// The readers that a log has on one loop.
struct LogReaders {
  // Each knows its place; null: left while the list was being walked. Most logs have one.
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
  // The log has new events: all its readers here are woken.
  void wake(RunLog& log) {
    if (LogReaders* const readers = log.readers_here() ? log.readers_here() : find(log))
      wake_all(log, *readers);
  }
  // Of logs that are about to be woken, one after the other: has the processor fetch what waking will touch,
  // which with thousands of logs has left its caches. Each step reads what the step before has fetched.
  static void fetch_readers(const RunLog& log);
  static void fetch_first_reader(const RunLog& log);
  static void fetch_what_it_reads(const RunLog& log);
  // Any thread.
  void wake_from_elsewhere(std::vector<std::shared_ptr<RunLog>> logs);
  std::size_t readers() const { return readers_; }

  PeekedPieces& peeked() { return peeked_; }
  void add_piece(SubscriptionCursor::Piece piece) { peeked_.pieces[peeked_.count++] = std::move(piece); }
  void forget_peeked() {
    for (std::size_t i = 0; i < peeked_.count; ++i) peeked_.pieces[i].block.reset();
    peeked_.count = 0;
  }

 private:
  LogReaders* find(RunLog& log);
  void wake_all(RunLog& log, LogReaders& readers);
  void close_gaps(LogReaders& readers);
  void forget_if_unread(RunLog& log, const LogReaders& readers);

  Loop& loop_;
  std::unordered_map<RunLog*, LogReaders> by_log_;  // which stay where they are
  std::size_t readers_ = 0;
  PeekedPieces peeked_;
};

}  // namespace belay
