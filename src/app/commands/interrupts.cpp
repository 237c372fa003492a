#include "app/commands/interrupts.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace belay::app {

Interrupts::Interrupts() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, &earlier_);
  descriptor_ = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

Interrupts::~Interrupts() {
  take();
  close(descriptor_);
  sigprocmask(SIG_SETMASK, &earlier_, nullptr);
}

bool Interrupts::take() {
  signalfd_siginfo signal{};
  bool any = false;
  while (read(descriptor_, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) any = true;
  return any;
}

bool Interrupts::wait(Milliseconds time) {
  pollfd waiting{descriptor_, POLLIN, 0};
  return poll(&waiting, 1, static_cast<int>(time.count())) <= 0 || !take();
}

}  // namespace belay::app
