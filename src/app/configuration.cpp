#include "app/configuration.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "base/settings/settings.hpp"

namespace belay::app {
namespace {

constexpr std::string_view kIntroduction =
    R"(# Belay's configuration: every setting, what it does, its bounds and its default.
#
# A line that begins with "#" and a letter or bracket is a setting at its default: take the "#" away and change it.
# Written by `belay config example`; check your own file with `belay config check FILE`.
#
# Durations and sizes are texts with a unit: "250ms", "15s", "5m", "1h30m"; "512B", "64KiB", "1MiB", "2GiB".
# Every setting outside [[tables]] can also be set by an environment variable: BELAY_ and its path in capitals, dots as
# underscores, so server.port is BELAY_SERVER_PORT; lists are separated by commas there. The environment wins over the
# file, and the command line over both. An unknown setting is an error.
)";

using Row = std::vector<std::pair<std::string, std::string>>;

// Collects each setting with its value as text. A declaration takes the current value of the struct's member
// as the default, so the default is the value.
void collect(const Settings& settings, const std::string& prefix, Row& values) {
  for (const Setting& setting : settings.all()) {
    const std::string key = prefix + setting.key;
    if (!setting.is_table_array) {
      values.emplace_back(key, setting.default_text);
      continue;
    }
    std::size_t count = 0;
    Row rows;
    setting.visit_rows(
        [&](const Settings& row) { collect(row, fmt::format("{}[{}].", key, count++), rows); });
    values.emplace_back(key, fmt::to_string(count));
    std::move(rows.begin(), rows.end(), std::back_inserter(values));
  }
}

Row values_of(Configuration& configuration) {
  Settings settings;
  declare_all(settings, configuration);
  Row values;
  collect(settings, {}, values);
  return values;
}

}  // namespace

void declare_all(Settings& settings, Configuration& configuration) {
  declare(settings, configuration.process);
  declare(settings, configuration.operations);
  ops::declare(settings, configuration.log);
  transport::declare(settings, configuration.server);
  transport::declare(settings, configuration.websocket);
  auth::declare(settings, configuration.auth);
  belay::declare(settings, configuration.engine);
  belay::declare(settings, configuration.cache);
  storage::declare(settings, configuration.journal);
  storage::declare(settings, configuration.store);
  declare(settings, configuration.retention);
  policy::declare(settings, configuration.policy.tiers);
  policy::declare(settings, configuration.policy);
  storage::declare(settings, configuration.counters);
  for (const auto& surface : configuration.surfaces.all()) surface->declare(settings);
  exports::declare(settings, configuration.exports);
  policy::declare(settings, configuration.policy.exports);
  uploads::declare(settings, configuration.uploads);
  policy::declare(settings, configuration.policy.uploads);
  services::declare(settings, configuration.upload_storage);
  services::declare(settings, configuration.context);
  prompts::declare(settings, configuration.prompts);
  settings.section("", "");
  providers::declare(settings, configuration.providers, configuration.models);
  prompts::declare_personas(settings, configuration.prompts);
}

std::vector<std::string> changed_settings(Configuration before, Configuration after) {
  const Row were = values_of(before);
  const Row are = values_of(after);
  const std::map<std::string, std::string> earlier(were.begin(), were.end());
  std::vector<std::string> changed;
  for (const auto& [key, value] : are) {
    const bool in_changed_rows = !changed.empty() && key.starts_with(changed.back() + "[");
    if (in_changed_rows) continue;
    const auto was = earlier.find(key);
    if (was == earlier.end() || was->second != value) changed.push_back(key);
  }
  return changed;
}

ConfigurationOutcome read_configuration(const ConfigurationSource& source) {
  ConfigurationOutcome outcome;
  Settings settings;
  declare_all(settings, outcome.configuration);
  ops::read_settings(source, settings, outcome);
  check_together(outcome.configuration, outcome);
  outcome.sort();
  return outcome;
}

ConfigurationOutcome load_configuration(const std::string& path, Environment environment,
                                        std::vector<Override> overrides) {
  ConfigurationSource source{path, {}, std::move(environment), std::move(overrides)};
  if (path.empty()) return read_configuration(source);
  auto text = ops::read_configuration_file(path);
  if (!text) {
    ConfigurationOutcome outcome;
    outcome.add_unreadable({{path, 0, 0}, text.error().detail});
    return outcome;
  }
  source.file_text = std::move(*text);
  return read_configuration(source);
}

std::string example_configuration() {
  Configuration configuration;
  Settings settings;
  declare_all(settings, configuration);
  return example_of(settings, kIntroduction);
}

}  // namespace belay::app
