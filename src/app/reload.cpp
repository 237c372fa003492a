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
    ops::ConfigurationOutcome outcome = reader();
    auth::LoadedKeys keys;
    if (outcome.ok()) keys = auth::load_configured_keys(outcome.configuration.auth);
    loop->post([this, outcome = std::move(outcome), keys = std::move(keys)]() mutable {
      take(outcome, std::move(keys));
      finish();
    });
  };
  reading_ = reader_.submit(std::move(work));
  if (!reading_) refuse({"The files are still being read. Send SIGHUP again in a moment."});
}

void House::Reload::refuse(const std::vector<std::string>& reasons) {
  house_.metrics_.reloads.with({"refused"}).add();
  for (const std::string& reason : reasons) house_.log_.error("reload_refused", {{"text", reason}});
}

void House::Reload::take(const ops::ConfigurationOutcome& outcome, auth::LoadedKeys keys) {
  if (!outcome.ok()) {
    std::vector<std::string> problems;
    for (const ops::ConfigProblem& problem : outcome.problems) problems.push_back(problem.text());
    return refuse(problems);
  }
  if (!keys.problems.empty()) {
    std::vector<std::string> texts;
    for (const Error& problem : keys.problems) texts.push_back(problem.field + ": " + problem.detail);
    return refuse(texts);
  }
  ops::Configuration next = house_.configuration_;
  take_live_part(next, outcome.configuration);
  std::vector<Error> problems;
  auto live = make_live_settings(next, &*house_.providers_, house_.fallback_observer(), problems);
  if (!live) {
    std::vector<std::string> texts;
    for (const Error& error : problems) texts.push_back(error.detail);
    return refuse(texts);
  }
  house_.metrics_.reloads.with({"done"}).add();
  house_.log_.info("reloaded", {{"models", live->models->aliases().size()},
                                {"personas", live->personas.all().size()},
                                {"sign_in_keys", keys.keys.size()}});
  house_.take_live(std::move(live));
  for (const std::string& warning : auth::warnings(outcome.configuration.auth))
    house_.log_.warning("sign_in_notice", {{"text", warning}});
  house_.keys_->replace(next.auth, std::move(keys.keys));
  tell_unchanged(ops::changed_settings(std::move(next), outcome.configuration));
}

// What the file says and the server does not do: without this line an operator would believe that it does.
void House::Reload::tell_unchanged(const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  // Well within what a log line takes.
  constexpr std::size_t kMostBytes = 800;
  std::string listed;
  std::size_t count = 0;
  for (const std::string& key : keys) {
    if (listed.size() + key.size() > kMostBytes) break;
    listed += (count++ == 0 ? "" : ", ") + key;
  }
  if (count < keys.size()) listed += " and " + std::to_string(keys.size() - count) + " more";
  house_.log_.warning(
      "reload_needs_restart",
      {{"settings", listed},
       {"count", keys.size()},
       {"text", "These settings differ from the running ones and take effect at the next start."}});
}

void House::Reload::finish() {
  reading_ = false;
  if (!again_) return;
  again_ = false;
  read();
}

}  // namespace belay::app
