// An export as the body of a response: pages of messages are fetched, rendered on a worker and sent, one
// after the other; the next page is asked for when the socket has taken the last one. A reader that stops
// reading costs one rendered page.
//
// Lives on the connection's loop. It may go at any time: a page that is being rendered then is finished and
// thrown away. A source or a renderer that fails cuts the connection, so that the document is seen to be
// broken.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/workers.hpp"
#include "exports/renderer.hpp"

namespace belay::exports {

// The next messages, the oldest first; none: that was all. `done` may come on any thread.
using NextMessages = std::function<void(UniqueFunction<void(Result<std::vector<StoredMessage>>)> done)>;

class ExportBody final : public ByteSource {
 public:
  // Loop and workers outlive it.
  ExportBody(Loop& loop, Workers& workers, Format format, Heading heading, NextMessages next);
  ~ExportBody() override;

  void attach(Waker& waker) override { waker_ = &waker; }
  State peek(ByteRanges& out) override;
  void consume(std::size_t bytes) override;

 private:
  struct Document;  // shared with the worker
  void fetch();
  void render(std::vector<StoredMessage> messages);
  void rendered(std::string bytes, bool is_last);
  void fail();

  Loop& loop_;
  Workers& workers_;
  const NextMessages next_;
  const std::shared_ptr<Document> document_;
  const std::shared_ptr<ExportBody*> self_;  // null behind it once this is gone
  Waker* waker_ = nullptr;
  std::string ready_;
  std::size_t sent_ = 0;  // of ready_
  bool fetching_ = false;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace belay::exports
