// A reader's cursor in a log, as a source of bytes in a dialect.
//
// It holds a place, not a queue: which event is next and how many of its bytes have gone out. A reader who
// stands still costs these few numbers, however far the log runs ahead; what it then wants is found in the
// log's window, or read back from the store.
//
// Lives on its hub's loop; destroyed there, at any time but inside peek().
#pragma once

#include <memory>

#include "base/byte_source.hpp"
#include "core/cursor.hpp"
#include "core/reader_hub.hpp"
#include "core/run_log.hpp"

namespace belay {

class Subscription final : public ByteSource {
 public:
  // Begins after the event at `after`, which the log has checked.
  Subscription(std::shared_ptr<RunLog> log, const Dialect& dialect, Offset after, ReaderHub& hub);
  ~Subscription() override;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  void attach(Waker& waker) override { waker_ = &waker; }
  State peek(ByteRanges& out) override;
  void consume(std::size_t bytes) override;

 private:
  friend class ReaderHub;
  using Walk = SubscriptionCursor::Walk;
  using Place = SubscriptionCursor::Place;
  using Splice = SubscriptionCursor::Splice;
  using Piece = SubscriptionCursor::Piece;

  // Adds pieces of events [walk.next, end) and moves `walk` past them. False: the rest does not fit or is not
  // in memory.
  bool add_events(Place& place, Walk& walk, bool of_text, Offset end, ByteRanges& out);
  bool add_terminal(Place& place, Offset terminal, ByteRanges& out);
  bool add_frame_part(Place& place, const std::shared_ptr<LogBlock>& block, std::size_t from, std::size_t to,
                      ByteRanges& out);
  std::shared_ptr<LogBlock> block_at(Offset offset);
  void request_load(Offset offset);
  void wake() {
    if (waker_) waker_->wake();
  }

  const std::shared_ptr<RunLog> log_;
  const Dialect& dialect_;
  ReaderHub& hub_;
  std::size_t place_in_hub_ = 0;  // the hub's
  Waker* waker_ = nullptr;
  Place place_;                       // what has been sent
  Place looked_at_;                   // what peek() has given
  std::weak_ptr<LogBlock> near_;      // where the cursor stood last
  std::shared_ptr<LogBlock> loaded_;  // read back from the store for this reader
  Offset loading_ = 0;                // asked of the store; 0: nothing
  bool lost_ = false;
  std::shared_ptr<Subscription*> self_;  // null behind it once this is gone: for loads that come later
};

}  // namespace belay
