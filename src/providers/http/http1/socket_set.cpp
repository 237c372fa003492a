#include "providers/http/http1/socket_set.hpp"

#include <array>
#include <sys/epoll.h>
#include <system_error>

#include <boost/asio/post.hpp>

namespace belay::providers {
namespace {

constexpr std::size_t kMaxBytesPerHandler = 64 << 10;
constexpr std::size_t kMaxEvents = 128;

int new_epoll_set() {
  const int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return set;
}

void control(int set, int operation, int socket, std::uint32_t events, SocketSet::Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  if (epoll_ctl(set, operation, socket, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

}  // namespace

SocketSet::SocketSet(Loop& loop, DeferredDelete& deletions)
    : loop_(loop), deletions_(deletions), set_(loop.context(), new_epoll_set()) {
  wait();
}

void SocketSet::add(int socket, std::uint32_t events, Watcher& watcher) {
  control(set_.native_handle(), EPOLL_CTL_ADD, socket, events, watcher);
}

void SocketSet::change(int socket, std::uint32_t events, Watcher& watcher) {
  control(set_.native_handle(), EPOLL_CTL_MOD, socket, events, watcher);
}

void SocketSet::remove(int socket, Watcher& watcher) {
  epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
  for (std::size_t i = next_; i < ready_.size(); ++i)
    if (ready_[i].watcher == &watcher) ready_[i].watcher = nullptr;
}

void SocketSet::call_later(Watcher& watcher) {
  ready_.push_back({&watcher, 0});
  post_run();
}

bool SocketSet::handler_is_over() const {
  return handled_ >= kMaxBytesPerHandler || loop_.turn_is_over();
}

void SocketSet::wait() {
  if (std::exchange(waiting_, true)) return;
  set_.async_wait(Descriptor::wait_read,
                  [alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                    const auto self = alive.lock();
                    if (error || !self) return;
                    (*self)->waiting_ = false;
                    (*self)->set_is_ready_ = true;
                    (*self)->run();
                  });
}

void SocketSet::post_run() {
  if (std::exchange(posted_, true)) return;
  boost::asio::post(loop_.executor(), [alive = std::weak_ptr(alive_)] {
    const auto self = alive.lock();
    if (!self) return;
    (*self)->posted_ = false;
    (*self)->run();
  });
}

void SocketSet::run() {
  const DeferredDelete::Scope scope(deletions_);
  handled_ = 0;
  // What is queued before this handler began was promised to a later handler than the one that queued it.
  do call_ready();
  while (ready_.empty() && set_is_ready_ && !handler_is_over() && fill());
  if (!ready_.empty() || set_is_ready_) return post_run();
  wait();
}

// Returns whether anything was ready.
bool SocketSet::fill() {
  std::array<epoll_event, kMaxEvents> events;
  const int count = epoll_wait(set_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  set_is_ready_ = count == static_cast<int>(events.size());
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    ready_.push_back({static_cast<Watcher*>(event.data.ptr), event.events});
  }
  return count > 0;
}

void SocketSet::call_ready() {
  // Watchers that are queued meanwhile are left for a later handler.
  const std::size_t end = ready_.size();
  while (next_ < end && !handler_is_over()) {
    const Ready ready = ready_[next_++];
    if (ready.watcher) ready.watcher->on_events(ready.events);
  }
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
}

}  // namespace belay::providers
