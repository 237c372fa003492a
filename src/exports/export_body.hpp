// An export as the body of a response: pages of messages are fetched, rendered by the workers and sent, one
// after the other; the next stretch is rendered when the socket has taken the last one. A reader that stops
// reading costs one page of messages and one rendered stretch of 64 KiB or a little more.
//
// Lives on the connection's loop. It may go at any time, which the worker that is at it sees between two
// parts of a message; what was rendered is thrown away. A source or a renderer that fails cuts the
// connection, so that the document is seen to be broken; so does an export that takes longer than it may.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/fair_workers.hpp"
#include "base/loop.hpp"
#include "exports/renderer.hpp"

namespace belay::exports {

// The next messages, the oldest first; none: that was all. `done` may come on any thread.
using NextMessages = std::function<void(UniqueFunction<void(Result<std::vector<StoredMessage>>)> done)>;

class ExportBody final : public ByteSource {
 public:
  struct Order {
    std::string user;  // whose turn of the workers it takes
    Format format = Format::json;
    Heading heading;
    NextMessages next;
    Milliseconds max_time{0};       // 0: as long as it takes
    UniqueFunction<void()> closed;  // called when this goes; may be null
  };
  // Loop and workers outlive it.
  ExportBody(Loop& loop, FairWorkers& workers, Order order);
  ~ExportBody() override;

  void attach(Waker& waker) override { waker_ = &waker; }
  State peek(ByteRanges& out) override;
  void consume(std::size_t bytes) override;

 private:
  class Document;  // shared with the worker
  struct Rendered;
  void go_on();
  void fetch();
  void render();
  void rendered(Rendered result);
  void fail();

  Loop& loop_;
  FairWorkers& workers_;
  Order order_;
  const std::uint64_t place_;  // among the exports of its user: first come, first served
  std::shared_ptr<Document> document_;
  const std::shared_ptr<ExportBody*> self_;  // null behind it once this is gone
  Timer deadline_;
  Waker* waker_ = nullptr;
  std::string ready_;
  std::size_t sent_ = 0;       // of ready_
  bool busy_ = false;          // fetching or rendering
  bool has_messages_ = false;  // fetched, and not rendered to their end
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace belay::exports
