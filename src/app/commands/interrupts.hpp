// Ctrl-C as something that can be waited for: SIGINT and SIGTERM become readable on a descriptor instead of
// ending the process. One at a time, on the main thread; the earlier behaviour comes back with its
// destruction.
#pragma once

#include <csignal>

#include "app/commands/http_exchange.hpp"

namespace belay::app {

class Interrupts final : public Patience {
 public:
  Interrupts();
  ~Interrupts() override;
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // Readable when a signal has come.
  int descriptor() const { return descriptor_; }
  // Whether one has come since it was last asked; takes it away.
  bool take();

  bool wait(Milliseconds time) override;
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }

 private:
  int descriptor_ = -1;
  sigset_t earlier_{};
};

}  // namespace belay::app
