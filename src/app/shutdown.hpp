// The shutdown of the server (requirement X10), on the first loop:
//
//   SIGTERM, SIGINT ─▶ drain: no new runs; readers and running answers continue
//                   ─▶ everything is done, or the drain time is over, or a second signal
//                   ─▶ remaining runs are handed over to the next process: provider calls end, logs stay open
//                   ─▶ remaining readers get a `retry:`, then the connection is cut, never ended cleanly
//                   ─▶ the loops stop
#pragma once

#include <boost/asio/signal_set.hpp>

#include "app/server.hpp"

namespace belay::app {

class Server::Shutdown {
 public:
  explicit Shutdown(Server& server);

 private:
  void wait_for_signal();
  void begin(int signal);
  void look();
  void hand_over();
  void cut();
  void stop();

  enum class Phase { serving, draining, handing_over, cutting };

  Server& server_;
  boost::asio::signal_set signals_;
  Phase phase_ = Phase::serving;
  SteadyTime deadline_{};
  Timer timer_;
};

}  // namespace belay::app
