#include "app/shutdown.hpp"

#include <csignal>

namespace belay::app {
namespace {
constexpr Milliseconds kCheckInterval{50};
// Time for the sockets to send what is in their buffers.
constexpr Milliseconds kAfterCut{100};
}  // namespace

Shutdown::Shutdown(Loop& loop, Stoppable& server, ops::Log& log, Milliseconds drain_time)
    : loop_(loop),
      server_(server),
      log_(log),
      drain_time_(drain_time),
      signals_(loop.context(), SIGTERM, SIGINT),
      timer_(loop.timers(), [this] {
        if (phase_ == Phase::draining)
          check();
        else if (phase_ == Phase::cutting)
          server_.stop();
      }) {
  wait_for_signal();
}

void Shutdown::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    signalled(signal);
    wait_for_signal();
  });
}

void Shutdown::signalled(int signal) {
  if (phase_ == Phase::serving)
    begin(signal);
  else if (phase_ == Phase::draining)
    deadline_ = loop_.clock().steady();  // a second signal: at once
}

void Shutdown::begin(int signal) {
  phase_ = Phase::draining;
  deadline_ = loop_.clock().steady() + drain_time_;
  log_.info("draining", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"},
                         {"runs", server_.live_runs()},
                         {"streams", server_.open_streams()}});
  server_.drain();
  check();
}

void Shutdown::check() {
  const bool done = server_.live_runs() == 0 && server_.open_streams() == 0;
  if (done || loop_.clock().steady() >= deadline_) return hand_over();
  timer_.arm(kCheckInterval);
}

void Shutdown::hand_over() {
  phase_ = Phase::handing_over;
  log_.info("handing_over", {{"runs", server_.live_runs()}, {"streams", server_.open_streams()}});
  server_.hand_over([this] { loop_.post([this] { cut(); }); });
}

void Shutdown::cut() {
  phase_ = Phase::cutting;
  server_.cut_streams();
  timer_.arm(kAfterCut);
}

}  // namespace belay::app
