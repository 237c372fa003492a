#include "base/settings/settings.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "base/settings/spelling.hpp"

namespace belay {
namespace {

// A file that is not a configuration at all has thousands of unknown keys, and each suggestion searches all
// settings. So the number of suggestions is limited.
constexpr std::size_t kMaxSuggestions = 100;

std::string_view parent_of(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

std::string_view last_part(std::string_view key) {
  return key.substr(key.rfind('.') + 1);
}

std::string environment_name_of(std::string_view key) {
  std::string name = "BELAY_" + std::string(key);
  for (char& c : name) c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

Setting& Setting::required(std::string toml) {
  is_required = true;
  return sample(std::move(toml));
}

Setting& Setting::sample(std::string toml) {
  sample_text = std::move(toml);
  return *this;
}

Setting& Setting::names_environment() {
  is_environment_name = true;
  return *this;
}

Setting& Setting::address() {
  is_address = true;
  return *this;
}

Setting& Setting::renamed_from(std::string earlier_name) {
  const std::string_view table = parent_of(key);
  earlier_key = table.empty() ? std::move(earlier_name) : std::string(table) + '.' + earlier_name;
  return *this;
}

Setting& Setting::also_from(std::string variable) {
  other_variable = std::move(variable);
  return *this;
}

std::string_view Setting::name() const {
  return last_part(key);
}

std::string Setting::environment_name() const {
  return environment_name_of(key);
}

std::string Setting::earlier_environment_name() const {
  return earlier_key.empty() ? std::string() : environment_name_of(earlier_key);
}

void Settings::section(std::string name, std::string doc) {
  section_ = name;
  sections_.push_back({std::move(name), std::move(doc)});
}

void Settings::continue_section(std::string name) {
  assert(
      std::any_of(sections_.begin(), sections_.end(), [&](const auto& each) { return each.name == name; }));
  section_ = std::move(name);
}

Setting& Settings::add(std::string name, std::string doc, std::string form, std::string default_text) {
  Setting& setting = settings_.emplace_back();
  setting.key = section_.empty() ? std::move(name) : section_ + '.' + name;
  setting.doc = std::move(doc);
  setting.form = std::move(form);
  setting.default_text = std::move(default_text);
  return setting;
}

const Setting* Settings::find(std::string_view key) const {
  const auto found =
      std::find_if(settings_.begin(), settings_.end(), [&](const Setting& s) { return s.key == key; });
  return found == settings_.end() ? nullptr : &*found;
}

const Setting* Settings::find_renamed(std::string_view earlier_key) const {
  const auto found = std::find_if(settings_.begin(), settings_.end(), [&](const Setting& s) {
    return !s.earlier_key.empty() && s.earlier_key == earlier_key;
  });
  return found == settings_.end() ? nullptr : &*found;
}

bool Settings::is_section(std::string_view key) const {
  return std::any_of(settings_.begin(), settings_.end(), [&](const Setting& setting) {
    return setting.key.size() > key.size() && setting.key.starts_with(key) && setting.key[key.size()] == '.';
  });
}

std::string Settings::closest_key(std::string_view key) const {
  std::vector<std::string> siblings;
  std::vector<std::string> namesakes;  // the same name in other tables
  for (const Setting& setting : settings_) {
    for (std::string_view k = setting.key; !k.empty(); k = parent_of(k))
      if (parent_of(k) == parent_of(key)) siblings.emplace_back(k);
    if (last_part(setting.key) == last_part(key)) namesakes.push_back(setting.key);
  }
  if (namesakes.size() == 1) return namesakes.front();
  const std::size_t fixed = key.size() - last_part(key).size();
  for (std::string& sibling : siblings) sibling.erase(0, fixed);
  const std::string closest = closest_word(last_part(key), siblings);
  return closest.empty() ? std::string() : std::string(key.substr(0, fixed)) + closest;
}

void Settings::report_unknown(const ConfigEntry& entry, const std::string& key, const std::string& prefix,
                              ConfigReading& reading) const {
  if (const Setting* renamed = find_renamed(key)) {
    reading.add(entry.place, prefix + key,
                fmt::format("this setting is now called {}{}", prefix, renamed->key));
    return;
  }
  const std::string closest = reading.problems.size() < kMaxSuggestions ? closest_key(key) : std::string();
  std::string message = "there is no such setting";
  if (!closest.empty()) message += fmt::format("; did you mean {}{}?", prefix, closest);
  const std::string shown = is_plain(key) && key.size() <= 128 ? prefix + key : std::string("unknown key");
  reading.add(entry.place, shown, message);
}

void Settings::assign(const ConfigTable& table, const ConfigPlace& table_place, const std::string& prefix,
                      ConfigReading& reading) const {
  assign_level(table, {}, prefix, reading);
  for (const Setting& setting : settings_)
    if (setting.is_required && !reading.places.contains(prefix + setting.key))
      reading.add(table_place, prefix + setting.key, fmt::format("it must be set: {}", setting.doc));
}

void Settings::assign_level(const ConfigTable& table, const std::string& level, const std::string& prefix,
                            ConfigReading& reading) const {
  for (const ConfigEntry& entry : table) {
    const std::string key = level + entry.key;
    // A quoted key may contain a dot. As a path it would look like another setting.
    const bool is_simple = entry.key.find('.') == std::string::npos;
    const Setting* setting = is_simple ? find(key) : nullptr;
    if (setting != nullptr) {
      reading.places.emplace(prefix + key, entry.place);
      setting->assign(entry.value, prefix + key, reading);
      continue;
    }
    if (!is_simple || !is_section(key)) {
      report_unknown(entry, key, prefix, reading);
      continue;
    }
    reading.places.emplace(prefix + key, entry.place);
    if (const auto* inner = std::get_if<ConfigTable>(&entry.value.data))
      assign_level(*inner, key + ".", prefix, reading);
    else
      reading.add(entry.value.place, prefix + key,
                  fmt::format("{}: write [{}]", wrong_kind(entry.value, "table"), key));
  }
}

bool Settings::assign_text(std::string_view key, std::string text, ConfigPlace place,
                           ConfigReading& reading) const {
  const Setting* setting = find(key);
  if (setting == nullptr) return false;
  reading.places.insert_or_assign(setting->key, place);
  setting->assign(ConfigValue{.data = std::move(text), .place = std::move(place), .is_text = true},
                  setting->key, reading);
  return true;
}

}  // namespace belay
