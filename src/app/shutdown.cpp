#include "app/shutdown.hpp"

#include <csignal>

namespace belay::app {
namespace {
constexpr Milliseconds kLook{50};
// For the sockets to take what stands in them.
constexpr Milliseconds kAfterCut{100};
}  // namespace

House::Shutdown::Shutdown(House& house)
    : house_(house),
      signals_(house.loops_.front()->context(), SIGTERM, SIGINT),
      timer_(house.loops_.front()->timers(), [this] {
        switch (phase_) {
          case Phase::draining:
            return look();
          case Phase::cutting:
            return stop();
          case Phase::serving:
          case Phase::handing_over:
            return;
        }
      }) {
  wait_for_signal();
}

void House::Shutdown::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (phase_ == Phase::serving)
      begin(signal);
    else if (phase_ == Phase::draining)
      deadline_ = house_.clock_.steady();  // asked twice: at once
    wait_for_signal();
  });
}

void House::Shutdown::begin(int signal) {
  phase_ = Phase::draining;
  deadline_ = house_.clock_.steady() + house_.configuration_.process.drain_time;
  house_.log_.info("draining", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"},
                                {"runs", house_.engine_->live_runs()},
                                {"streams", house_.open_.streams.load()}});
  house_.health_.set_draining();
  house_.engine_->begin_drain();
  for (std::size_t i = 0; i < house_.servers_.size(); ++i)
    house_.loops_[i]->post([server = house_.servers_[i].get()] { server->drain(); });
  look();
}

void House::Shutdown::look() {
  const bool done = house_.engine_->live_runs() == 0 && house_.open_.streams.load() == 0;
  if (done || house_.clock_.steady() >= deadline_) return hand_over();
  timer_.arm(kLook);
}

void House::Shutdown::hand_over() {
  phase_ = Phase::handing_over;
  house_.log_.info("handing_over",
                   {{"runs", house_.engine_->live_runs()}, {"streams", house_.open_.streams.load()}});
  for (std::size_t i = 0; i < house_.servers_.size(); ++i)
    house_.loops_[i]->post([server = house_.servers_[i].get()] { server->stop_accepting(); });
  house_.engine_->abandon_runs([this] { house_.loops_.front()->post([this] { cut(); }); });
}

void House::Shutdown::cut() {
  phase_ = Phase::cutting;
  for (std::size_t i = 0; i < house_.servers_.size(); ++i)
    house_.loops_[i]->post([server = house_.servers_[i].get(),
                            retry = house_.configuration_.server.retry_base] { server->cut_streams(retry); });
  timer_.arm(kAfterCut);
}

void House::Shutdown::stop() {
  house_.keys_->stop();
  for (const auto& loop : house_.loops_) loop->stop();
}

}  // namespace belay::app
