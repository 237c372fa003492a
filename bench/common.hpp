// What the bench's programs share: time, sockets, epoll, options. Linux alone; a failure ends the program
// with a sentence, as nothing here has to go on after one.
//
// These programs are the measuring side and the floors: plain epoll, one thread, no library, so that what
// they cost is the kernel's price and nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <vector>

namespace bench {

[[noreturn]] void die(const std::string& what);
// The same, with what errno says.
[[noreturn]] void die_of_error(const std::string& what);

// CLOCK_MONOTONIC: one clock for all processes of the machine, so that a time written by one can be read by
// another.
std::uint64_t now_ns();

// For so many descriptors; says what to do when the system does not allow it.
void allow_descriptors(std::size_t count);

// A non-blocking listening socket on 127.0.0.1; `port` 0 takes a free one and is set.
int listen_on(std::uint16_t& port);
// A non-blocking accepted socket, or -1 when none waits.
int accept_from(int listener);
// A non-blocking socket that is being connected to 127.0.0.1. `from` spreads connections over the source
// addresses 127.0.0.2 …, as one address has only some 28,000 ports.
int connect_to(std::uint16_t port, std::size_t from = 0);

class Epoll {
 public:
  Epoll();
  void add(int fd, std::uint32_t events, std::uint32_t tag);
  void change(int fd, std::uint32_t events, std::uint32_t tag);
  // Waits until something is ready, or until the time `due_ns` (UINT64_MAX: for ever).
  std::size_t wait(std::uint64_t due_ns);
  const epoll_event& ready(std::size_t index) const { return events_[index]; }

 private:
  const int fd_;
  std::vector<epoll_event> events_;
};

// `--name value` pairs.
class Options {
 public:
  Options(int count, char** values);
  std::string text(const std::string& name, const std::string& otherwise);
  double number(const std::string& name, double otherwise);
  // After all were asked for: a name that nobody asked for is a mistake.
  void check() const;

 private:
  std::map<std::string, std::string> given_;
  std::map<std::string, bool> asked_;
};

// "LISTENING port" on standard output, which the driver waits for.
void announce(std::uint16_t port);

// A time in 16 hexadecimal digits, as it stands inside the events.
void put_hex(std::uint64_t value, char* at);
std::uint64_t read_hex(std::string_view digits);

}  // namespace bench
