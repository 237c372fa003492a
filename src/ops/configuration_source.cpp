#include "ops/configuration_source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <fmt/format.h>

#include "base/settings/spelling.hpp"
#include "ops/toml_reader.hpp"

namespace belay::ops {
namespace {

constexpr std::string_view kPrefix = "BELAY_";

// Variables for the clients: `belay chat` reads them.
constexpr std::array<std::string_view, 3> kClientVariables{"BELAY_URL", "BELAY_TOKEN", "BELAY_CONFIG"};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void assign_environment(const Settings& settings, const Environment& environment, ConfigReading& reading) {
  std::vector<std::string> names;
  for (const Setting& setting : settings.all()) names.push_back(setting.environment_name());
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix)) continue;
    const ConfigPlace place{"environment variable " + name, 0, 0};
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

// What is set for other programs. Everything that is set for this one wins over it.
void assign_other_variables(const Settings& settings, const Environment& environment,
                            ConfigReading& reading) {
  for (const Setting& setting : settings.all())
    for (const auto& [name, value] : environment)
      if (!setting.other_variable.empty() && name == setting.other_variable && !value.empty())
        settings.assign_text(setting.key, value, {"environment variable " + name, 0, 0}, reading);
}

void assign_overrides(const Settings& settings, const std::vector<Override>& overrides,
                      ConfigReading& reading) {
  for (const Override& item : overrides) {
    const ConfigPlace place{"option " + item.option, 0, 0};
    if (!settings.assign_text(item.key, item.value, place, reading))
      reading.add(place, item.key, "there is no such setting");
  }
}

}  // namespace

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

void read_settings(const ConfigurationSource& source, const Settings& settings, ConfigReading& reading) {
  if (!source.file_name.empty()) reading.source = source.file_name;
  assign_other_variables(settings, source.environment, reading);
  const auto file = read_toml(source.file_name, source.file_text);
  if (const auto* table = std::get_if<ConfigTable>(&file))
    settings.assign(*table, {source.file_name, 0, 0}, {}, reading);
  else
    reading.add_unreadable(std::get<ConfigProblem>(file));
  assign_environment(settings, source.environment, reading);
  assign_overrides(settings, source.overrides, reading);
}

Result<std::string> read_configuration_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // An empty file sets no stream state that tells it from a failed read; peek() does.
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file.is_open() || file.bad() || text.bad())
    return make_error(ErrorCode::unavailable,
                      fmt::format("the file cannot be read: {}", std::strerror(errno)));
  return std::move(text).str();
}

}  // namespace belay::ops
