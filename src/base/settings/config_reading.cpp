#include "base/settings/config_reading.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace belay {
namespace {

// The parent of "auth.keys[0].alg" is "auth.keys[0]", then "auth.keys", then "auth".
std::string_view parent_of(std::string_view key) {
  const std::size_t end = key.find_last_of(".[");
  return end == std::string_view::npos ? std::string_view() : key.substr(0, end);
}

// Whether the set contains this key or one below it.
bool has_within(const std::set<std::string, std::less<>>& keys, std::string_view key) {
  const auto within = [key](std::string_view each) {
    return each.size() == key.size() || each[key.size()] == '.' || each[key.size()] == '[';
  };
  // Keys with this beginning follow each other in the set: "auth-x", "auth.keys", "auth[0]".
  for (auto at = keys.lower_bound(key); at != keys.end() && at->starts_with(key); ++at)
    if (within(*at)) return true;
  return false;
}

std::string worded(const std::string& key, std::string_view message) {
  return key.empty() ? std::string(message) : fmt::format("{}: {}", key, message);
}

}  // namespace

void ConfigReading::add(const ConfigPlace& place, const std::string& key, std::string_view message) {
  if (!key.empty()) {
    rejected_keys_.insert(key);
    wrong_.insert(key);
  }
  problems.push_back({place, worded(key, message)});
}

void ConfigReading::add_unreadable(ConfigProblem problem) {
  unreadable_ = true;
  problems.push_back(std::move(problem));
}

void ConfigReading::report(const std::string& key, std::string_view message) {
  report_at(place_of(key), key, message);
}

void ConfigReading::report_pair(const std::string& key, const std::string& other, std::string_view message) {
  const bool only_other = !places.contains(key) && places.contains(other);
  if (is_rejected(other)) return;
  report_at(place_of(only_other ? other : key), key, message);
}

void ConfigReading::report_at(const ConfigPlace& place, const std::string& key, std::string_view message) {
  if (unreadable_ || is_rejected(key)) return;
  wrong_.insert(key);
  problems.push_back({place, worded(key, message)});
}

void ConfigReading::report_if_new(const Error& error) {
  if (!has_within(wrong_, error.field)) report(error);
}

bool ConfigReading::is_rejected(std::string_view key) const {
  return has_within(rejected_keys_, key);
}

ConfigPlace ConfigReading::place_of(std::string_view key) const {
  for (std::string_view at = key; !at.empty(); at = parent_of(at))
    if (const auto found = places.find(std::string(at)); found != places.end()) return found->second;
  return {source, 0, 0};
}

void ConfigReading::sort() {
  const auto in_file = [](const ConfigProblem& problem) { return problem.place.line != 0; };
  const auto rest = std::stable_partition(problems.begin(), problems.end(), in_file);
  std::stable_sort(problems.begin(), rest, [](const ConfigProblem& a, const ConfigProblem& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
}

}  // namespace belay
