#include "app/reload.hpp"

#include <csignal>

#include "app/live_settings.hpp"

namespace belay::app {

House::Reload::Reload(House& house) : house_(house), signals_(house.loops_.front()->context(), SIGHUP) {
  wait_for_signal();
}

void House::Reload::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    read();
    wait_for_signal();
  });
}

void House::Reload::read() {
  if (reading_) {
    again_ = true;
    return;
  }
  auto work = [this, loop = house_.loops_.front().get(), reader = house_.read_configuration_] {
    loop->post([this, outcome = reader()] {
      take(outcome);
      finish();
    });
  };
  reading_ = house_.workers_->submit(std::move(work));
  if (!reading_)
    house_.log_.error("reload_refused", {{"text", "The workers are busy. Send SIGHUP again in a moment."}});
}

void House::Reload::take(const ops::ConfigurationOutcome& outcome) {
  for (const ops::ConfigProblem& problem : outcome.problems)
    house_.log_.error("reload_refused", {{"text", problem.text()}});
  if (!outcome.ok()) return;
  auto live = make_live_settings(outcome.configuration, *house_.providers_, house_.fallback_observer());
  if (!live) return house_.log_.error("reload_refused", {{"text", live.error().detail}});
  house_.log_.info("reloaded", {{"models", (*live)->models->aliases().size()},
                                {"personas", (*live)->personas.all().size()}});
  house_.take_live(std::move(*live));
}

void House::Reload::finish() {
  reading_ = false;
  if (!again_) return;
  again_ = false;
  read();
}

}  // namespace belay::app
