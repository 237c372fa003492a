#include "services/context/derived_summary.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "base/strict_json.hpp"
#include "base/utf8.hpp"

namespace belay::services {
namespace {

using uploads::Counts;
using uploads::Grade;
using uploads::GradeSystem;
using uploads::Statistics;

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxGoals = 500;     // bytes
constexpr std::size_t kMaxGoalText = 160;  // bytes

// The usual grades of a system, from easy to hard.
std::vector<Grade> scale_of(GradeSystem system) {
  std::vector<Grade> scale;
  const auto add = [&](const std::string& name) {
    const auto discipline = system == GradeSystem::font || system == GradeSystem::v_scale
                                ? uploads::Discipline::boulder
                                : uploads::Discipline::route;
    if (auto grade = uploads::read_grade(name, discipline); grade && grade->system == system)
      scale.push_back(std::move(*grade));
  };
  if (system == GradeSystem::v_scale) {
    add("VB");
    for (int number = 0; number <= 17; ++number) add(fmt::format("V{}", number));
  } else if (system == GradeSystem::yds) {
    for (int number = 0; number < 10; ++number) add(fmt::format("5.{}", number));
    for (int number = 10; number <= 15; ++number)
      for (const char letter : {'a', 'b', 'c', 'd'}) add(fmt::format("5.{}{}", number, letter));
  } else {
    const char first = system == GradeSystem::font ? 'A' : 'a';
    for (int number = 4; number <= 9; ++number)
      for (int letter = 0; letter < 3; ++letter)
        for (const char* sign : {"", "+"})
          add(fmt::format("{}{}{}", number, static_cast<char>(first + letter), sign));
  }
  return scale;
}

// The place of the grade that is nearest.
std::size_t place_on(const std::vector<Grade>& scale, const Grade& grade) {
  const auto distance = [&](const Grade& other) { return std::abs(int{other.rank} - int{grade.rank}); };
  const auto nearest = std::min_element(
      scale.begin(), scale.end(), [&](const Grade& a, const Grade& b) { return distance(a) < distance(b); });
  return static_cast<std::size_t>(nearest - scale.begin());
}

std::uint64_t weight_of(const Statistics& statistics, const Counts& counts) {
  return statistics.has_outcomes() ? counts.sent : counts.climbs;
}

std::string percent_change(std::uint32_t recent, std::uint32_t previous) {
  if (previous == 0 || recent == previous) return {};
  const double share = std::abs(static_cast<double>(recent) / previous - 1);
  return fmt::format(" ({} {:.0f} %)", recent > previous ? "up" : "down", share * 100);
}

std::string overview(const Statistics& statistics) {
  const Counts& total = statistics.total;
  std::string text = fmt::format("{} climb{}", total.climbs, total.climbs == 1 ? "" : "s");
  if (statistics.dates)
    text += fmt::format(" from {} to {}", uploads::to_text(statistics.dates->first),
                        uploads::to_text(statistics.dates->last));
  if (const auto rate = total.send_rate())
    text += fmt::format("; {} of {} sent ({:.0f} %)", total.sent, total.sent + total.not_sent, *rate * 100);
  return text + ".";
}

std::string trend(const Statistics& statistics) {
  if (!statistics.trend) return {};
  const uploads::Period &recent = statistics.trend->recent, &previous = statistics.trend->previous;
  const auto now = static_cast<std::uint32_t>(weight_of(statistics, recent.counts));
  const auto before = static_cast<std::uint32_t>(weight_of(statistics, previous.counts));
  return fmt::format(" Trend: {} {} in the {} days up to {}, {} in the {} days before{}.", now,
                     statistics.has_outcomes() ? "sends" : "climbs", recent.last - recent.first + 1,
                     uploads::to_text(recent.last), before, recent.last - recent.first + 1,
                     percent_change(now, before));
}

void add_text(std::string_view text, std::string& out) {
  const std::string_view cut = text.substr(0, kMaxGoalText);
  for (const char c : cut.substr(0, valid_utf8_prefix(cut)))
    out += c == '\n' || c == '\t' || c == '\r' ? ' ' : c;
}

// The members of an object that are texts or numbers; of others, what is in them.
void add_value(std::string_view json, std::string& out);

void add_object(std::string_view json, std::string& out) {
  const auto object = JsonObject::read(json, kMaxDepth);
  if (!object) return;
  bool is_first = true;
  for (const JsonObject::Member& member : object->members()) {
    std::string value;
    if (member.kind == JsonKind::string) add_text(member.text, value);
    if (member.kind == JsonKind::number) value = member.raw;
    if (member.kind == JsonKind::array || member.kind == JsonKind::object) add_value(member.raw, value);
    if (value.empty() || out.size() >= kMaxGoals) continue;
    out.append(is_first ? "" : ", ");
    add_text(member.name, out);
    out.append(": ").append(value);
    is_first = false;
  }
}

void add_value(std::string_view json, std::string& out) {
  if (json.starts_with('{')) return add_object(json, out);
  if (!json.starts_with('[')) {
    const std::string object = "{\"t\":" + std::string(json) + "}";
    const auto read = JsonObject::read(object, kMaxDepth);
    if (read && read->members().front().kind == JsonKind::string)
      add_text(read->members().front().text, out);
    else if (read && read->members().front().kind == JsonKind::number)
      out.append(json);
    return;
  }
  for (const std::string_view element : json_elements(json)) {
    std::string value;
    add_value(element, value);
    if (value.empty() || out.size() >= kMaxGoals) continue;
    out.append(out.empty() ? "" : "; ").append(value);
  }
}

}  // namespace

// Ranks have gaps between some grades, so places on the scale are averaged. Between two grades, the easier one counts.
std::optional<Grade> average_grade(const Statistics& statistics, GradeSystem system) {
  const std::vector<Grade> scale = scale_of(system);
  std::uint64_t weight = 0, sum = 0;
  for (const uploads::GradeCounts& each : statistics.grades) {
    if (each.grade.system != system) continue;
    weight += weight_of(statistics, each.counts);
    sum += weight_of(statistics, each.counts) * place_on(scale, each.grade);
  }
  if (weight == 0) return std::nullopt;
  const double mean = static_cast<double>(sum) / static_cast<double>(weight);
  return scale[static_cast<std::size_t>(std::ceil(mean - 0.5))];
}

std::optional<Grade> best_grade(const Statistics& statistics, GradeSystem system) {
  for (const uploads::GradeCounts& each : statistics.grades)  // from hard to easy
    if (each.grade.system == system && weight_of(statistics, each.counts) != 0) return each.grade;
  return std::nullopt;
}

std::string derived_summary(const Statistics& statistics, std::string_view goals) {
  std::string text;
  if (statistics.total.climbs != 0) {
    text = overview(statistics);
    for (const GradeSystem system : uploads::kGradeSystems) {
      const auto average = average_grade(statistics, system), best = best_grade(statistics, system);
      if (average && best)
        text += fmt::format(" {}: {} on average, {} at best.", to_string(system), average->name, best->name);
    }
    text += trend(statistics);
  }
  if (!goals.empty()) text.append(text.empty() ? "" : " ").append("Goals: ").append(goals).append(".");
  return text;
}

std::string goals_in_words(std::string_view json) {
  std::string text;
  if (!json.empty()) add_value(json, text);
  while (text.ends_with('.') || text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace belay::services
