#include "ops/configuration.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <unistd.h>

#include <fmt/format.h>

#include "ops/declarations/declarations.hpp"
#include "ops/spelling.hpp"
#include "ops/toml_reader.hpp"

namespace belay::ops {
namespace {

constexpr std::string_view kPrefix = "BELAY_";

// Variables for the clients: `belay chat` reads them.
constexpr std::array<std::string_view, 3> kClientVariables{"BELAY_URL", "BELAY_TOKEN", "BELAY_CONFIG"};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void assign_environment(const Settings& settings, const Environment& environment, Reading& reading) {
  std::vector<std::string> names;
  for (const Setting& setting : settings.all()) names.push_back(setting.environment_name());
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix)) continue;
    const Place place{"environment variable " + name, 0, 0};
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) {
      settings.assign_text(settings.all()[static_cast<std::size_t>(found - names.begin())].key, value, place,
                           reading);
      continue;
    }
    if (contains(reading.named_variables, name)) continue;
    const auto renamed =
        std::find_if(settings.all().begin(), settings.all().end(),
                     [&](const Setting& setting) { return setting.earlier_environment_name() == name; });
    if (renamed != settings.all().end()) {
      reading.add(place, {}, fmt::format("this setting is now called {}", renamed->environment_name()));
      continue;
    }
    if (std::find(kClientVariables.begin(), kClientVariables.end(), name) != kClientVariables.end()) continue;
    // Only the part after the prefix is compared, because the common prefix makes any two names similar.
    std::vector<std::string> ends;
    for (const std::string& known : names) ends.push_back(known.substr(kPrefix.size()));
    const std::string closest = closest_word(std::string_view(name).substr(kPrefix.size()), ends);
    if (!closest.empty())
      reading.add(place, {}, fmt::format("there is no such setting; did you mean {}{}?", kPrefix, closest));
  }
}

void assign_overrides(const Settings& settings, const std::vector<Override>& overrides, Reading& reading) {
  for (const Override& item : overrides) {
    const Place place{"option " + item.option, 0, 0};
    if (!settings.assign_text(item.key, item.value, place, reading))
      reading.add(place, item.key, "there is no such setting");
  }
}

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

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

ConfigurationOutcome read_configuration(const ConfigurationSource& source) {
  ConfigurationOutcome outcome;
  Reading& reading = outcome;
  if (!source.file_name.empty()) reading.source = source.file_name;
  Settings settings;
  declare_all(settings, outcome.configuration);

  const auto file = read_toml(source.file_name, source.file_text);
  if (const auto* table = std::get_if<ConfigTable>(&file)) {
    settings.assign(*table, {source.file_name, 0, 0}, {}, reading);
  } else {
    reading.add_unreadable(std::get<ConfigProblem>(file));
  }
  assign_environment(settings, source.environment, reading);
  assign_overrides(settings, source.overrides, reading);
  check_together(outcome.configuration, reading);
  reading.sort();
  return outcome;
}

ConfigurationOutcome load_configuration(const std::string& path, Environment environment,
                                        std::vector<Override> overrides) {
  ConfigurationSource source{path, {}, std::move(environment), std::move(overrides)};
  if (!path.empty()) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    // For an empty file, the stream's state looks like that of a failed read. peek() tells them apart.
    if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
    if (!file.is_open() || file.bad() || text.bad()) {
      ConfigurationOutcome outcome;
      const int error = errno;
      outcome.add_unreadable(
          {{path, 0, 0}, fmt::format("the file cannot be read: {}", std::strerror(error))});
      return outcome;
    }
    source.file_text = std::move(text).str();
  }
  return read_configuration(source);
}

}  // namespace belay::ops
