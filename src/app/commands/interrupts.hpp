// Makes Ctrl-C something to wait for: SIGINT and SIGTERM make a descriptor readable instead of ending the
// process. Only one such object at a time, on the main thread. Its destructor restores the earlier behaviour.
#pragma once

#include <csignal>

#include "app/commands/http_exchange.hpp"

namespace belay::app {

class Interrupts final : public InterruptibleClock {
 public:
  Interrupts();
  ~Interrupts() override;
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // Readable when a signal has arrived.
  int descriptor() const { return descriptor_; }
  // Whether a signal has arrived since the last call. Clears it.
  bool take();

  bool wait(Milliseconds time) override;
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }

 private:
  int descriptor_ = -1;
  sigset_t earlier_{};
};

}  // namespace belay::app
