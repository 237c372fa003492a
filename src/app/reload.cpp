#include "app/reload.hpp"

#include <csignal>

#include "app/runtime_config.hpp"

namespace belay::app {

Server::Reload::Reload(Server& server) : server_(server), signals_(server.loops_.front()->context(), SIGHUP) {
  wait_for_signal();
}

void Server::Reload::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    read();
    wait_for_signal();
  });
}

void Server::Reload::read() {
  if (reading_) {
    again_ = true;
    return;
  }
  auto work = [this, loop = server_.loops_.front().get(), reader = server_.read_configuration_] {
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

void Server::Reload::refuse(const std::vector<std::string>& reasons) {
  server_.metrics_.reloads.with({"refused"}).add();
  for (const std::string& reason : reasons) server_.log_.error("reload_refused", {{"text", reason}});
}

void Server::Reload::take(const ops::ConfigurationOutcome& outcome, auth::LoadedKeys keys) {
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
  ops::Configuration next = server_.configuration_;
  take_reloadable_part(next, outcome.configuration);
  std::vector<Error> problems;
  auto live = make_runtime_config(next, &*server_.providers_, server_.fallback_observer(), problems);
  if (!live) {
    std::vector<std::string> texts;
    for (const Error& error : problems) texts.push_back(error.detail);
    return refuse(texts);
  }
  server_.metrics_.reloads.with({"done"}).add();
  server_.log_.info("reloaded", {{"models", live->models->aliases().size()},
                                 {"personas", live->personas.all().size()},
                                 {"sign_in_keys", keys.keys.size()}});
  server_.take_runtime_config(std::move(live));
  for (const std::string& warning : auth::warnings(outcome.configuration.auth))
    server_.log_.warning("sign_in_notice", {{"text", warning}});
  server_.keys_->replace(next.auth, std::move(keys.keys));
  report_unchanged(ops::changed_settings(std::move(next), outcome.configuration));
}

// Logs the settings that differ but stay as they are. Without this line an operator would believe that they
// apply.
void Server::Reload::report_unchanged(const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  // Well below the limit of a value in a log line.
  constexpr std::size_t kMaxBytes = 800;
  std::string listed;
  std::size_t count = 0;
  for (const std::string& key : keys) {
    if (listed.size() + key.size() > kMaxBytes) break;
    listed += (count++ == 0 ? "" : ", ") + key;
  }
  if (count < keys.size()) listed += " and " + std::to_string(keys.size() - count) + " more";
  server_.log_.warning(
      "reload_needs_restart",
      {{"settings", listed},
       {"count", keys.size()},
       {"text", "These settings differ from the running ones and take effect at the next start."}});
}

void Server::Reload::finish() {
  reading_ = false;
  if (!again_) return;
  again_ = false;
  read();
}

}  // namespace belay::app
