// The body of a response that carries an export.
//
// It works in steps: fetch a page of messages, render it on a worker thread, send the bytes. It renders the
// next bytes only after the socket has accepted the previous ones. A client that stops reading therefore
// costs one page of messages and one rendered buffer of 64 KiB or a little more.
//
// Lives on the connection's loop. It may be destroyed at any time. The worker that renders for it checks for
// this between two parts of a message, and its output is discarded.
//
// Failure: if the source of messages or the renderer fails, or the export exceeds `max_time`, the connection
// is cut. The client then sees that the document is incomplete.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/fair_thread_pool.hpp"
#include "base/loop.hpp"
#include "exports/renderer.hpp"

namespace belay::exports {

// Fetches the next messages, oldest first. An empty vector means that there are no more. `done` may be called
// on any thread.
using NextMessages = std::function<void(UniqueFunction<void(Result<std::vector<StoredMessage>>)> done)>;

class ExportBody final : public ByteSource {
 public:
  struct Order {
    std::string user;  // the worker threads' turns are shared between users
    Format format = Format::json;
    Heading heading;
    NextMessages next;
    Milliseconds max_time{0};       // 0: no limit
    UniqueFunction<void()> closed;  // called when this body is destroyed; may be null
  };
  // Loop and workers must outlive the body.
  ExportBody(Loop& loop, FairThreadPool& workers, Order order);
  ~ExportBody() override;

  void attach(Waker& waker) override { waker_ = &waker; }
  State peek(ByteRanges& out) override;
  void consume(std::size_t bytes) override;

 private:
  class Document;  // shared with the worker thread
  struct Rendered;
  void read_next();
  void fetch();
  void render();
  void rendered(Rendered result);
  void fail();

  Loop& loop_;
  FairThreadPool& workers_;
  Order order_;
  const std::uint64_t place_;  // order among the exports of one user: first come, first served
  std::shared_ptr<Document> document_;
  const std::shared_ptr<ExportBody*> self_;  // points to null after this body is destroyed
  Timer deadline_;
  Waker* waker_ = nullptr;
  std::string ready_;
  std::size_t sent_ = 0;       // bytes of ready_ that are sent
  bool busy_ = false;          // fetching or rendering
  bool has_messages_ = false;  // fetched messages that are not fully rendered
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace belay::exports
