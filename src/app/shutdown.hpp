// How the server goes down (requirement X10), on the first loop:
//
//   SIGTERM, SIGINT ─▶ drain: no new runs, readers and running answers go on
//                   ─▶ all done, or the drain time is over, or a second signal
//                   ─▶ what still runs is left to the next process: providers let go, logs stay open
//                   ─▶ readers that are left get a `retry:` and a cut connection, never a clean end
//                   ─▶ loops stop
#pragma once

#include <boost/asio/signal_set.hpp>

#include "app/house.hpp"

namespace belay::app {

class House::Shutdown {
 public:
  explicit Shutdown(House& house);

 private:
  void wait_for_signal();
  void begin(int signal);
  void look();
  void hand_over();
  void cut();
  void stop();

  enum class Phase { serving, draining, handing_over, cutting };

  House& house_;
  boost::asio::signal_set signals_;
  Phase phase_ = Phase::serving;
  SteadyTime deadline_{};
  Timer timer_;
};

}  // namespace belay::app
