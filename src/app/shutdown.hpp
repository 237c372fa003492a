// How the server shuts down (requirement X10), on the first loop:
//
//   SIGTERM, SIGINT ─▶ drain: no new runs; readers and running answers continue
//                   ─▶ everything ended, or the drain time is over, or a second signal
//                   ─▶ running answers are handed over to the next process: provider calls closed, logs open
//                   ─▶ readers that are left get a `retry:` and a cut connection, never a clean end
//                   ─▶ stop
//
// It knows the server only through Stoppable, so that each phase can be tested without a server.
#pragma once

#include <boost/asio/signal_set.hpp>

#include "base/function.hpp"
#include "base/loop.hpp"
#include "base/timer_wheel.hpp"
#include "ops/logging.hpp"

namespace belay::app {

// What a shutdown ends. Calls come on the first loop.
class Stoppable {
 public:
  virtual std::size_t live_runs() const = 0;
  virtual std::size_t open_streams() const = 0;
  // No new runs; the readiness probe fails; connections end with their next answer.
  virtual void drain() = 0;
  // No new connections; what still runs is left to the next process. `done` comes on any thread.
  virtual void hand_over(UniqueFunction<void()> done) = 0;
  virtual void cut_streams() = 0;
  virtual void stop() = 0;

 protected:
  ~Stoppable() = default;
};

class Shutdown {
 public:
  // The loop, the server and the log outlive it.
  Shutdown(Loop& loop, Stoppable& server, ops::Log& log, Milliseconds drain_time);

  // What a signal does; SIGTERM and SIGINT call it.
  void signalled(int signal);

 private:
  void wait_for_signal();
  void begin(int signal);
  void check();
  void hand_over();
  void cut();

  enum class Phase { serving, draining, handing_over, cutting };

  Loop& loop_;
  Stoppable& server_;
  ops::Log& log_;
  const Milliseconds drain_time_;
  boost::asio::signal_set signals_;
  Phase phase_ = Phase::serving;
  SteadyTime deadline_{};
  Timer timer_;
};

}  // namespace belay::app
