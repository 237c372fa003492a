#include "app/shutdown.hpp"

#include <csignal>

namespace belay::app {
namespace {
constexpr Milliseconds kLook{50};
// Time for the sockets to send what they hold.
constexpr Milliseconds kAfterCut{100};
}  // namespace

Server::Shutdown::Shutdown(Server& server)
    : server_(server),
      signals_(server.loops_.front()->context(), SIGTERM, SIGINT),
      timer_(server.loops_.front()->timers(), [this] {
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

void Server::Shutdown::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (phase_ == Phase::serving)
      begin(signal);
    else if (phase_ == Phase::draining)
      deadline_ = server_.clock_.steady();  // second signal: stop at once
    wait_for_signal();
  });
}

void Server::Shutdown::begin(int signal) {
  phase_ = Phase::draining;
  deadline_ = server_.clock_.steady() + server_.configuration_.process.drain_time;
  server_.log_.info("draining", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"},
                                 {"runs", server_.engine_->live_runs()},
                                 {"streams", server_.open_.streams.load()}});
  server_.health_.set_draining();
  server_.engine_->begin_drain();
  for (std::size_t i = 0; i < server_.servers_.size(); ++i)
    server_.loops_[i]->post([server = server_.servers_[i].get()] { server->drain(); });
  look();
}

void Server::Shutdown::look() {
  const bool done = server_.engine_->live_runs() == 0 && server_.open_.streams.load() == 0;
  if (done || server_.clock_.steady() >= deadline_) return hand_over();
  timer_.arm(kLook);
}

void Server::Shutdown::hand_over() {
  phase_ = Phase::handing_over;
  server_.log_.info("handing_over",
                    {{"runs", server_.engine_->live_runs()}, {"streams", server_.open_.streams.load()}});
  for (std::size_t i = 0; i < server_.servers_.size(); ++i)
    server_.loops_[i]->post([server = server_.servers_[i].get()] { server->stop_accepting(); });
  server_.engine_->hand_over_runs([this] { server_.loops_.front()->post([this] { cut(); }); });
}

void Server::Shutdown::cut() {
  phase_ = Phase::cutting;
  for (std::size_t i = 0; i < server_.servers_.size(); ++i)
    server_.loops_[i]->post(
        [server = server_.servers_[i].get(), retry = server_.configuration_.server.retry_base] {
          server->cut_streams(retry);
        });
  timer_.arm(kAfterCut);
}

void Server::Shutdown::stop() {
  server_.keys_->stop();
  for (const auto& loop : server_.loops_) loop->stop();
}

}  // namespace belay::app
