#include "common.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr std::size_t kMaxReady = 1024;
constexpr std::size_t kSourceAddresses = 8;

void set_option(int fd, int level, int option) {
  const int on = 1;
  if (setsockopt(fd, level, option, &on, sizeof on) != 0) die_of_error("setsockopt");
}

sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(0x7f000000u + host);
  return address;
}

int new_socket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die_of_error("socket");
  return fd;
}

}  // namespace

void die(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

void die_of_error(const std::string& what) {
  die(what + ": " + std::strerror(errno));
}

std::uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

void allow_descriptors(std::size_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return;
  limit.rlim_cur = count;
  limit.rlim_max = std::max<rlim_t>(limit.rlim_max, count);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    die("this scenario needs " + std::to_string(count) +
        " open files in one process. Raise the limit (ulimit -n, or nofile in /etc/security/limits.conf) or "
        "ask for "
        "fewer connections.");
}

int listen_on(std::uint16_t& port) {
  const int fd = new_socket();
  set_option(fd, SOL_SOCKET, SO_REUSEADDR);
  sockaddr_in address = loopback(1, port);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) die_of_error("bind");
  if (listen(fd, 4096) != 0) die_of_error("listen");
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

int accept_from(int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY);
    return fd;
  }
  if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return -1;
  die_of_error("accept");
}

int connect_to(std::uint16_t port, std::size_t from) {
  const int fd = new_socket();
  set_option(fd, IPPROTO_TCP, TCP_NODELAY);
  set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  const sockaddr_in source = loopback(2 + static_cast<std::uint32_t>(from % kSourceAddresses), 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) die_of_error("bind");
  const sockaddr_in target = loopback(1, port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 && errno != EINPROGRESS)
    die_of_error("connect");
  return fd;
}

Epoll::Epoll() : fd_(epoll_create1(EPOLL_CLOEXEC)), events_(kMaxReady) {
  if (fd_ < 0) die_of_error("epoll_create1");
}

void Epoll::add(int fd, std::uint32_t events, std::uint32_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u32 = tag;
  if (epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) != 0) die_of_error("epoll_ctl");
}

void Epoll::change(int fd, std::uint32_t events, std::uint32_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u32 = tag;
  if (epoll_ctl(fd_, EPOLL_CTL_MOD, fd, &event) != 0) die_of_error("epoll_ctl");
}

std::size_t Epoll::wait(std::uint64_t due_ns) {
  timespec rest{};
  timespec* timeout = nullptr;
  if (due_ns != UINT64_MAX) {
    const std::uint64_t now = now_ns();
    const std::uint64_t left = due_ns > now ? due_ns - now : 0;
    rest = {static_cast<time_t>(left / 1'000'000'000u), static_cast<long>(left % 1'000'000'000u)};
    timeout = &rest;
  }
  const int count = epoll_pwait2(fd_, events_.data(), static_cast<int>(events_.size()), timeout, nullptr);
  if (count < 0 && errno != EINTR) die_of_error("epoll_pwait2");
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

Options::Options(int count, char** values) {
  for (int i = 1; i < count; i += 2) {
    const std::string name = values[i];
    if (!name.starts_with("--") || i + 1 == count) die("options are pairs: --name value, not " + name);
    given_[name.substr(2)] = values[i + 1];
  }
}

std::string Options::text(const std::string& name, const std::string& otherwise) {
  asked_[name] = true;
  const auto found = given_.find(name);
  return found == given_.end() ? otherwise : found->second;
}

double Options::number(const std::string& name, double otherwise) {
  const std::string given = text(name, "");
  if (given.empty()) return otherwise;
  char* end = nullptr;
  const double value = std::strtod(given.c_str(), &end);
  if (*end != '\0') die("--" + name + " is a number, not " + given);
  return value;
}

void Options::check() const {
  for (const auto& [name, value] : given_)
    if (!asked_.contains(name)) die("there is no option --" + name);
}

void announce(std::uint16_t port) {
  std::printf("LISTENING %u\n", static_cast<unsigned>(port));
  std::fflush(stdout);
}

void put_hex(std::uint64_t value, char* at) {
  for (int i = 15; i >= 0; --i, value >>= 4) at[i] = "0123456789abcdef"[value & 15];
}

std::uint64_t read_hex(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return 0;
    value = value << 4 | static_cast<std::uint64_t>(digit);
  }
  return value;
}

}  // namespace bench
