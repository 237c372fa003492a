// A reader's cursor in a log, as a source of bytes in a format.
//
// A subscription holds a position, not a queue: the next event, and how many of its bytes have been sent. A
// slow reader costs only these few numbers, however far the log runs ahead. What it needs later is found in
// the log's window, or read from the store.
//
// It lives on its hub's loop. It is destroyed there, at any time except inside peek().
#pragma once

#include <memory>

#include "base/byte_source.hpp"
#include "core/log/cursor.hpp"
#include "core/log/log_buffer.hpp"
#include "core/log/reader_hub.hpp"

namespace belay {

class Subscription final : public ByteSource {
 public:
  // Begins after the event at `after`, without the first `skip` bytes of the next event's messages
  // (core/log/message_number.hpp). The caller has checked that position against the log.
  Subscription(std::shared_ptr<LogBuffer> log, const Format& format, Offset after, ReaderHub& hub,
               std::size_t skip = 0);
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
  using Piece = SubscriptionCursor::Piece;

  // Adds pieces of the events [walk.next, end), and moves `walk` past them. It is one of the two of `place`. `some`: the rest
  // does not fit or is not in memory. `to_splice`: something is to be inserted before it goes on.
  enum class Added { all, some, to_splice };
  enum class Walked { main, inserted };
  template <Walked kWalked>
  Added add_walk(Place& place, Walk& walk, Offset end, ByteRanges& out);
  // Adds what is to be inserted, and goes on.
  void add_inserted(Place& place, Offset end, ByteRanges& out);
  std::shared_ptr<LogBlock> block_at(Offset offset);
  Rendition& rendition_of(const std::shared_ptr<LogBlock>& block);
  void request_load(Offset offset);
  void wake() {
    if (waker_) waker_->wake();
  }

  const std::shared_ptr<LogBuffer> log_;
  const Format format_;
  const bool numbers_messages_;
  ReaderHub& hub_;
  std::size_t place_in_hub_ = 0;  // belongs to the hub: its index there
  Waker* waker_ = nullptr;
  Place place_;                          // what has been sent
  std::weak_ptr<LogBlock> near_;         // the block that the cursor was in last
  Rendition* near_rendition_ = nullptr;  // of that block
  std::shared_ptr<LogBlock> loaded_;     // read from the store for this reader
  Offset loading_ = 0;                   // the offset requested from the store; 0: none
  bool lost_ = false;
  // Points to this, or to null once this is destroyed. Loads that finish later check it.
  std::shared_ptr<Subscription*> self_;  // null: nothing was requested from the store yet
};

}  // namespace belay
