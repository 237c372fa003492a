#include "calendar/zone_resolver.hpp"

#include <algorithm>

#include "calendar/properties.hpp"

namespace belay::calendar {

namespace {

constexpr std::size_t kMaxObservances = 200;
constexpr std::size_t kMaxTransitions = 5'000;
constexpr std::int64_t kDay = 86'400;

Error unusable(const ContentLine* line, const std::string& text) {
  return make_error(ErrorCode::unprocessable,
                    line == nullptr ? text : "line " + std::to_string(line->number) + ": " + text);
}

// Collects when the observances of a VTIMEZONE (standard time, daylight saving time) begin.
class Onsets {
 public:
  Onsets(TimeSpan span, const Budget& budget) : span_(span), budget_(budget) {}

  Result<> add(const Component& observance) {
    const ContentLine* start_line = calendar::find(observance, "DTSTART");
    const ContentLine* from_line = calendar::find(observance, "TZOFFSETFROM");
    const ContentLine* to_line = calendar::find(observance, "TZOFFSETTO");
    if (start_line == nullptr || from_line == nullptr || to_line == nullptr)
      return unusable(nullptr, "line " + std::to_string(observance.line) +
                                   ": DTSTART, TZOFFSETFROM or TZOFFSETTO is missing");
    const Result<EventTime> start = read_time(*start_line);
    if (!start) return unusable(start_line, start.error().detail);
    const Result<std::int32_t> from = read_offset(*from_line);
    if (!from) return unusable(from_line, from.error().detail);
    const Result<std::int32_t> to = read_offset(*to_line);
    if (!to) return unusable(to_line, to.error().detail);
    if (transitions_.empty() || seconds_of(start->time) < earliest_) {
      earliest_ = seconds_of(start->time);
      first_ = *from;
    }
    add_time(start->time, *from, *to);
    for (const ContentLine& line : observance.properties) {
      Result<> added;
      if (line.name == "RRULE") added = add_rule(line, start->time, *from, *to);
      if (line.name == "RDATE") added = add_dates(line, *from, *to);
      if (!added) return unusable(&line, added.error().detail);
    }
    return {};
  }

  Result<TimeZone> finish(std::string name) {
    if (transitions_.empty()) return unusable(nullptr, "it has no STANDARD and no DAYLIGHT");
    if (transitions_.size() > kMaxTransitions) return unusable(nullptr, "it has more than 5,000 changes");
    std::ranges::stable_sort(transitions_, {}, &TimeZone::Transition::at);
    return TimeZone(std::move(name), first_, std::move(transitions_));
  }

 private:
  void add_time(const LocalTime& time, std::int32_t from, std::int32_t to) {
    transitions_.push_back({seconds_of(time) - from, to});
  }

  Result<> add_rule(const ContentLine& line, const LocalTime& start, std::int32_t from, std::int32_t to) {
    const Result<Rule> rule = Rule::parse(line);
    if (!rule) return rule.error();
    if (!rule->is_yearly()) return unusable(nullptr, "RRULE of a time zone must have FREQ=YEARLY");
    // A rule without an end holds in the whole span, so that its earlier changes do not matter: Outlook's begin in 1601.
    // Two years, because it is yearly and an event may be a year long.
    const LocalTime early = local_from_seconds(span_.from.ms / 1000 - 2 * 366 * kDay);
    const LocalTime end = local_from_seconds(span_.to.ms / 1000 + 2 * kDay);
    const bool complete =
        rule->expand({start, false, rule->until() ? start : early, end}, budget_, [&](const LocalTime& time) {
          if (rule->until()) {
            const bool is_utc = rule->until()->form == EventTime::Form::utc;
            if (seconds_of(time) - (is_utc ? from : 0) > seconds_of(rule->until()->time)) return false;
          }
          if (time != start) add_time(time, from, to);
          return transitions_.size() <= kMaxTransitions;
        });
    if (!complete) return unusable(nullptr, "RRULE takes too long to compute");
    return {};
  }

  Result<> add_dates(const ContentLine& line, std::int32_t from, std::int32_t to) {
    const Result<std::vector<EventTime>> times = read_times(line);
    if (!times) return times.error();
    for (const EventTime& time : *times) add_time(time.time, from, to);
    return {};
  }

  TimeSpan span_;
  const Budget& budget_;
  std::int32_t first_ = 0;
  std::int64_t earliest_ = 0;
  std::vector<TimeZone::Transition> transitions_;
};

// "/mozilla.org/20050126_1/Europe/Berlin": "mozilla.org/20050126_1/Europe/Berlin", and so on, with at least two parts.
std::vector<std::string_view> ends_of(std::string_view name) {
  std::vector<std::string_view> ends;
  if (!name.starts_with('/')) return ends;
  for (std::size_t slash = 0; slash != name.npos; slash = name.find('/', slash + 1))
    if (name.find('/', slash + 1) != name.npos) ends.push_back(name.substr(slash + 1));
  return ends;
}

}  // namespace

Result<TimeZone> zone_of(const Component& vtimezone, std::string name, TimeSpan span, const Budget& budget) {
  if (vtimezone.observances.size() > kMaxObservances)
    return unusable(nullptr, "it has more than 200 of STANDARD and DAYLIGHT");
  Onsets onsets(span, budget);
  for (const Component& observance : vtimezone.observances) {
    if (observance.too_many) return unusable(nullptr, "it has too many or too long properties");
    if (const Result<> added = onsets.add(observance); !added) return added.error();
  }
  return onsets.finish(std::move(name));
}

ZoneResolver::ZoneResolver(const std::vector<Component>& vtimezones, TimeZones& zones, TimeSpan span,
                           const Budget& budget)
    : zones_(zones), span_(span), budget_(budget) {
  for (const Component& vtimezone : vtimezones)
    if (const ContentLine* name = calendar::find(vtimezone, "TZID"))
      vtimezones_.try_emplace(read_text(*name), &vtimezone);
}

Result<ZonePointer> ZoneResolver::find(const std::string& name) {
  auto found = found_.find(name);
  if (found == found_.end()) found = found_.emplace(name, look_up(name)).first;
  return found->second;
}

Result<ZonePointer> ZoneResolver::look_up(const std::string& name) {
  Result<ZonePointer> zone = zones_.find(name);
  if (zone || zone.error().code == ErrorCode::unavailable) return zone;
  for (const std::string_view end : ends_of(name))
    if (zone = zones_.find(end); zone) return zone;
  if (const auto iana = iana_name_of_windows_zone(name))
    if (zone = zones_.find(*iana); zone) return zone;
  return look_up_in_file(name);
}

Result<ZonePointer> ZoneResolver::look_up_in_file(const std::string& name) {
  const auto vtimezone = vtimezones_.find(name);
  if (vtimezone == vtimezones_.end())
    return make_error(
        ErrorCode::unprocessable,
        "its time zone is not known, and the file has no VTIMEZONE for it: use a name like Europe/Berlin.");
  Result<TimeZone> zone = zone_of(*vtimezone->second, name, span_, budget_);
  if (!zone)
    return make_error(ErrorCode::unprocessable, "its time zone cannot be used (VTIMEZONE in line " +
                                                    std::to_string(vtimezone->second->line) +
                                                    "): " + zone.error().detail + ".");
  return ZonePointer(std::make_shared<const TimeZone>(std::move(*zone)));
}

}  // namespace belay::calendar
