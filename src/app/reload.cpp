#include "app/reload.hpp"

#include <csignal>

#include "app/runtime_config.hpp"

namespace belay::app {

Reload::Reload(Parts parts) : parts_(std::move(parts)), signals_(parts_.loop.context()) {}

void Reload::start() {
  signals_.add(SIGHUP);
  wait_for_signal();
}

void Reload::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    read();
    wait_for_signal();
  });
}

void Reload::read() {
  if (reading_) {
    again_ = true;
    return;
  }
  auto work = [this, loop = &parts_.loop, reader = parts_.read,
               serves_tls = parts_.configuration.server.tls.enabled()] {
    Fresh fresh{reader(), {}, {}, {}};
    const Configuration& configuration = fresh.outcome.configuration;
    if (fresh.outcome.ok()) fresh.keys = auth::load_configured_keys(configuration.auth);
    if (fresh.outcome.ok())
      fresh.upload_keys = load_sealing_keys(configuration.upload_storage.keys, "uploads");
    if (fresh.outcome.ok() && serves_tls && configuration.server.tls.enabled())
      fresh.tls = transport::TlsContext::load(configuration.server.tls, SystemClock().wall());
    loop->post([this, fresh = std::move(fresh)]() mutable {
      take(std::move(fresh));
      finish();
    });
  };
  reading_ = reader_.submit(std::move(work));
  if (!reading_) refuse({"The files are still being read. Send SIGHUP again in a moment."});
}

void Reload::refuse(const std::vector<std::string>& reasons) {
  parts_.observability.metrics.reloads.with({"refused"}).add();
  for (const std::string& reason : reasons)
    parts_.observability.log.error("reload_refused", {{"text", reason}});
}

void Reload::take(Fresh fresh) {
  const ConfigurationOutcome& outcome = fresh.outcome;
  if (!outcome.ok()) {
    std::vector<std::string> problems;
    for (const ConfigProblem& problem : outcome.problems) problems.push_back(problem.text());
    return refuse(problems);
  }
  std::vector<std::string> key_problems;
  for (const std::vector<Error>& found :
       {fresh.keys.problems, fresh.upload_keys.problems, fresh.tls.problems})
    for (const Error& problem : found) key_problems.push_back(problem.field + ": " + problem.detail);
  if (!key_problems.empty()) return refuse(key_problems);
  Configuration next = parts_.configuration;
  take_reloadable_part(next, outcome.configuration);
  std::vector<Error> problems;
  auto live =
      make_runtime_config(next, &parts_.models.providers(), parts_.models.fallback_observer(), problems);
  if (!live) {
    std::vector<std::string> texts;
    for (const Error& error : problems) texts.push_back(error.detail);
    return refuse(texts);
  }
  const std::size_t models = live->models->aliases().size();
  const std::size_t personas = live->personas.all().size();
  const std::size_t keys = fresh.keys.keys.size();
  parts_.models.apply(std::move(live));
  for (const std::string& warning : auth::warnings(outcome.configuration.auth))
    parts_.observability.log.warning("sign_in_notice", {{"text", warning}});
  parts_.sign_in.replace_keys(next.auth, std::move(fresh.keys.keys));
  parts_.replace_upload_keys(std::move(fresh.upload_keys.keys));
  if (fresh.tls.context) {
    report_certificate(parts_.observability.log, fresh.tls);
    parts_.replace_certificate(std::move(fresh.tls.context));
  }
  // Now that all of it holds.
  parts_.observability.metrics.reloads.with({"done"}).add();
  parts_.observability.log.info("reloaded",
                                {{"models", models}, {"personas", personas}, {"sign_in_keys", keys}});
  report_unchanged(changed_settings(std::move(next), outcome.configuration));
}

// Logs the settings that differ but stay as they are. Without this line an operator would believe that they
// apply.
void Reload::report_unchanged(const std::vector<std::string>& keys) {
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
  parts_.observability.log.warning(
      "reload_needs_restart",
      {{"settings", listed},
       {"count", keys.size()},
       {"text", "These settings differ from the running ones and take effect at the next start."}});
}

void Reload::finish() {
  reading_ = false;
  if (!again_) return;
  again_ = false;
  read();
}

}  // namespace belay::app
