// The floor: a program that only moves the bytes, with one thread, epoll, recv and send. It shows the lowest
// possible cost of the work.
//
//   bench_floor --work relay --provider PORT     forwards requests to the provider and the bytes of its
//                                                answers to the client, without parsing them
//   bench_floor --work sender                    answers GET /idle, /paced?RATE (each connection has its own
//                                                schedule) and /fanout?RATE (one event for all at once)
//
// It parses nothing, stores nothing and repeats nothing. A server that does so costs more.
#include <cerrno>
#include <cstring>
#include <deque>
#include <sys/socket.h>
#include <unistd.h>

#include "common.hpp"

namespace bench {
namespace {

constexpr std::uint32_t kListener = UINT32_MAX;

// Connects each accepted socket to the provider. Each of the two sockets refers to the other by its
// descriptor.
class Relay {
 public:
  Relay(std::uint16_t port, std::uint16_t provider) : provider_(provider) {
    listener_ = listen_on(port);
    epoll_.add(listener_, EPOLLIN, kListener);
    announce(port);
  }

  [[noreturn]] void run() {
    for (;;) {
      const std::size_t count = epoll_.wait(UINT64_MAX);
      for (std::size_t i = 0; i < count; ++i) {
        const epoll_event& ready = epoll_.ready(i);
        if (ready.data.u32 == kListener) {
          for (int fd; (fd = accept_from(listener_)) >= 0;) pair(fd, connect_to(provider_, 0));
          continue;
        }
        const auto fd = static_cast<int>(ready.data.u32);
        if (ready.events & EPOLLOUT) flush(fd);
        if (ready.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) pass_on(fd);
      }
    }
  }

 private:
  struct Side {
    int other = -1;
    std::string pending;  // to be sent to this side: its socket was full or is not connected yet
    bool awaits_room = false;
  };

  Side& side(int fd) {
    if (static_cast<std::size_t>(fd) >= sides_.size()) sides_.resize(static_cast<std::size_t>(fd) + 1024);
    return sides_[static_cast<std::size_t>(fd)];
  }

  void pair(int one, int two) {
    side(std::max(one, two));
    side(one) = {two, {}, false};
    side(two) = {one, {}, false};
    for (const int fd : {one, two}) epoll_.add(fd, EPOLLIN, static_cast<std::uint32_t>(fd));
  }

  void pass_on(int fd) {
    const int to = side(fd).other;
    if (to < 0 || !side(to).pending.empty()) return;
    const ssize_t count = recv(fd, buffer_, sizeof buffer_, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      for (const int each : {fd, to}) {
        side(each) = Side();
        close(each);
      }
      return;
    }
    const ssize_t sent = send(to, buffer_, static_cast<std::size_t>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == count) return;
    const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    side(to).pending.assign(buffer_ + taken, static_cast<std::size_t>(count) - taken);
    watch(to, EPOLLIN | EPOLLOUT);
    watch(fd, 0);
  }

  void flush(int fd) {
    std::string& pending = side(fd).pending;
    const ssize_t sent = send(fd, pending.data(), pending.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return;
    pending.erase(0, static_cast<std::size_t>(sent));
    if (!pending.empty()) return;
    watch(fd, EPOLLIN);
    watch(side(fd).other, EPOLLIN);
  }

  void watch(int fd, std::uint32_t events) { epoll_.change(fd, events, static_cast<std::uint32_t>(fd)); }

  const std::uint16_t provider_;
  Epoll epoll_;
  int listener_;
  std::vector<Side> sides_;  // by descriptor
  char buffer_[64 << 10];
};

class Sender {
 public:
  explicit Sender(std::uint16_t port) {
    listener_ = listen_on(port);
    epoll_.add(listener_, EPOLLIN, kListener);
    announce(port);
  }

  [[noreturn]] void run() {
    for (;;) {
      const std::uint64_t due = std::min(schedule_.empty() ? UINT64_MAX : schedule_.front().at, fanout_due_);
      const std::size_t count = epoll_.wait(due);
      for (std::size_t i = 0; i < count; ++i) {
        const epoll_event& ready = epoll_.ready(i);
        if (ready.data.u32 == kListener)
          for (int fd; (fd = accept_from(listener_)) >= 0;)
            epoll_.add(fd, EPOLLIN, static_cast<std::uint32_t>(fd));
        else
          receive(static_cast<int>(ready.data.u32));
      }
      send_due();
    }
  }

 private:
  struct Due {
    std::uint64_t at;
    int fd;
  };

  void receive(int fd) {
    char request[4096];
    const ssize_t count = recv(fd, request, sizeof request - 1, MSG_DONTWAIT);
    if (count <= 0) {
      close(fd);  // its next scheduled send fails, which removes it from the schedule
      return;
    }
    request[count] = '\0';
    constexpr std::string_view kHead =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    send(fd, kHead.data(), kHead.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    const char* const rate = std::strchr(request, '?');
    if (std::strstr(request, "GET /paced")) {
      interval_ns_ = static_cast<std::uint64_t>(1e9 / std::strtod(rate + 1, nullptr));
      schedule_.push_back({now_ns() + interval_ns_, fd});
    } else if (std::strstr(request, "GET /fanout")) {
      interval_ns_ = static_cast<std::uint64_t>(1e9 / std::strtod(rate + 1, nullptr));
      readers_.push_back(fd);
      if (fanout_due_ == UINT64_MAX) fanout_due_ = now_ns() + interval_ns_;
    }
  }

  // All connections have the same rate. So the queue is in order of time: a connection that was just served
  // is due last.
  void send_due() {
    std::uint64_t now = now_ns();
    while (!schedule_.empty() && schedule_.front().at <= now) {
      Due due = schedule_.front();
      schedule_.pop_front();
      make_event(now);
      if (!send_to(due.fd)) continue;
      due.at += interval_ns_;
      schedule_.push_back(due);
      now = now_ns();
    }
    if (fanout_due_ > now) return;
    fanout_due_ += interval_ns_;
    make_event(now);
    std::erase_if(readers_, [this](int fd) { return !send_to(fd); });
  }

  // An event with as many bytes as Belay's.
  void make_event(std::uint64_t now) {
    char time[17] = {};
    put_hex(now, time);
    const int size =
        std::snprintf(event_, sizeof event_,
                      "53\r\nid: 1-1000\nevent: response_chunk\ndata: {\"content\":\"%s \"}\n\n\r\n", time);
    const int framing = 4 + 2;
    std::snprintf(chunk_, sizeof chunk_, "%02x", static_cast<unsigned>(size - framing));
    std::memcpy(event_, chunk_, 2);
    event_size_ = static_cast<std::size_t>(size);
  }

  bool send_to(int fd) { return send(fd, event_, event_size_, MSG_DONTWAIT | MSG_NOSIGNAL) > 0; }

  Epoll epoll_;
  int listener_;
  std::uint64_t interval_ns_ = 0;
  std::uint64_t fanout_due_ = UINT64_MAX;
  std::deque<Due> schedule_;
  std::vector<int> readers_;
  char event_[160];
  char chunk_[16];
  std::size_t event_size_ = 0;
};

}  // namespace
}  // namespace bench

int main(int count, char** values) {
  bench::Options options(count, values);
  const std::string work = options.text("work", "");
  const auto port = static_cast<std::uint16_t>(options.number("port", 0));
  const auto provider = static_cast<std::uint16_t>(options.number("provider", 0));
  options.check();
  bench::allow_descriptors(12'000);
  if (work == "relay") bench::Relay(port, provider).run();
  if (work == "sender") bench::Sender(port).run();
  bench::die("--work is relay or sender");
}
