// The sockets of one loop: an epoll set of our own, of which the loop watches only the set itself. So a token
// costs no epoll_ctl, and one wake-up serves all sockets that are ready.
//
// A handler is bounded: after kMaxBytesPerHandler, or when the loop's turn is over, the watchers that are left
// are called by a later handler. One object per loop, used on that loop.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/loop.hpp"
#include "providers/http/http1/deferred_delete.hpp"

namespace belay::providers {

class SocketSet {
 public:
  class Watcher {
   public:
    // `events`: EPOLLIN and others; 0 after call_later().
    virtual void on_events(std::uint32_t events) = 0;

   protected:
    ~Watcher() = default;
  };

  SocketSet(Loop& loop, DeferredDelete& deletions);
  SocketSet(const SocketSet&) = delete;
  SocketSet& operator=(const SocketSet&) = delete;

  // `events` as for epoll_ctl. The watcher must be removed before the socket is closed.
  void add(int socket, std::uint32_t events, Watcher& watcher);
  void change(int socket, std::uint32_t events, Watcher& watcher);
  // The watcher is not called any more.
  void remove(int socket, Watcher& watcher);

  // Calls the watcher, from a later handler.
  void call_later(Watcher& watcher);

  // For watchers: how many bytes they handled, and whether they should stop and use call_later().
  void count(std::size_t bytes) { handled_ += bytes; }
  bool handler_is_over() const;

 private:
  using Descriptor = boost::asio::posix::basic_stream_descriptor<Loop::Executor>;
  struct Ready {
    Watcher* watcher;  // null: removed
    std::uint32_t events;
  };

  void wait();
  void post_run();
  void run();
  bool fill();
  void call_ready();

  Loop& loop_;
  DeferredDelete& deletions_;
  // Lets a queued handler detect that this object is destroyed.
  const std::shared_ptr<SocketSet*> alive_ = std::make_shared<SocketSet*>(this);
  Descriptor set_;
  bool waiting_ = false;
  bool posted_ = false;
  bool set_is_ready_ = false;  // the set may hold events that were not fetched
  std::size_t handled_ = 0;
  std::vector<Ready> ready_;
  std::size_t next_ = 0;  // of ready_
};

}  // namespace belay::providers
