// What the bench's programs share: time, sockets, epoll, command-line options. Linux only. Every failure ends
// the program with an error message: no program of the bench can continue after a failure.
//
// These programs are the load generator, the fake provider and the floors. They use plain epoll, one thread
// and no library, so that they cost little more than their system calls.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <vector>

namespace bench {

// Prints the message to standard error and ends the program with exit code 1.
[[noreturn]] void die(const std::string& what);
// The same; appends the text of errno.
[[noreturn]] void die_of_error(const std::string& what);

// CLOCK_MONOTONIC. All processes of the machine share this clock, so one process can compare its time with a
// time that another process wrote.
std::uint64_t now_ns();

// Raises the limit of open descriptors to `count`. Ends the program with advice when the system does not
// allow it.
void allow_descriptors(std::size_t count);

// Opens a non-blocking listening socket on 127.0.0.1. With `port` 0 the kernel chooses a free port. `port` is
// set to the port in use.
int listen_on(std::uint16_t& port);
// Returns a non-blocking accepted socket, or -1 when no connection waits.
int accept_from(int listener);
// Returns a non-blocking socket that is connecting to 127.0.0.1. `from` selects one of the source addresses
// 127.0.0.2 …; it spreads connections over them, because one address has only about 28,000 ports.
int connect_to(std::uint16_t port, std::size_t from = 0);

class Epoll {
 public:
  Epoll();
  void add(int fd, std::uint32_t events, std::uint32_t tag);
  void change(int fd, std::uint32_t events, std::uint32_t tag);
  // Waits until a descriptor is ready, or until the time `due_ns` (UINT64_MAX: without a limit). Returns how
  // many are ready.
  std::size_t wait(std::uint64_t due_ns);
  const epoll_event& ready(std::size_t index) const { return events_[index]; }

 private:
  const int fd_;
  std::vector<epoll_event> events_;
};

// The command line: pairs of `--name value`.
class Options {
 public:
  Options(int count, char** values);
  std::string text(const std::string& name, const std::string& otherwise);
  double number(const std::string& name, double otherwise);
  // Call it after all options were read. A given name that was never read is unknown, and ends the program.
  void check() const;

 private:
  std::map<std::string, std::string> given_;
  std::map<std::string, bool> asked_;
};

// Prints "LISTENING port" to standard output. contenders.py waits for this line.
void announce(std::uint16_t port);

// A time as 16 hexadecimal digits. Each event contains the time at which it was made in this form.
void put_hex(std::uint64_t value, char* at);
std::uint64_t read_hex(std::string_view digits);

}  // namespace bench
