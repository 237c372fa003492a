#include "calendar/expansion.hpp"

#include <algorithm>
#include <tuple>

#include "calendar/file_error.hpp"

namespace belay::calendar {

namespace {

using Form = EventTime::Form;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMaxDays = 366;

bool same_date(const LocalTime& a, const LocalTime& b) {
  return std::tie(a.year, a.month, a.day) == std::tie(b.year, b.month, b.day);
}

// Of two events for the same instance: whether `b` is as new or newer.
bool is_superseded(const Event& a, const Event& b) {
  const auto revision = [](const Event& event) {
    return std::pair(event.sequence.value_or(0), event.last_modified.value_or(WallTime{}));
  };
  return revision(a) <= revision(b);
}

Error refused(std::string text) {
  return make_error(ErrorCode::unprocessable, std::move(text));
}

// Only errors of single events are reported; all others end the import.
bool is_fatal(const Error& error) {
  return error.code != ErrorCode::unprocessable;
}

}  // namespace

Expansion::Expansion(const Config& config, TimeSpan span, ZoneResolver& zones, ZonePointer default_zone,
                     const Budget& budget, Problems& problems)
    : config_(config),
      span_(span),
      zones_(zones),
      default_zone_(std::move(default_zone)),
      utc_(std::make_shared<const TimeZone>("UTC", 0, std::vector<TimeZone::Transition>{})),
      budget_(budget),
      problems_(problems) {}

WallTime Expansion::Placed::end_of(const LocalTime& local) const {
  LocalTime last = local;
  last.day += static_cast<int>(length.days);
  return start_of(last) + Milliseconds(length.seconds * 1000);
}

Result<ZonePointer> Expansion::zone_of(const EventTime& time, const ZonePointer& floating) {
  if (time.form == Form::utc) return utc_;
  if (time.form == Form::zoned) return zones_.find(time.zone);
  return time.form == Form::floating ? floating : default_zone_;
}

Result<WallTime> Expansion::absolute(const EventTime& time, const ZonePointer& floating) {
  const Result<ZonePointer> zone = zone_of(time, floating);
  if (!zone) return zone.error();
  return (*zone)->absolute(time.time).time;
}

Result<Length> Expansion::length_of(const Event& event, const ZonePointer& zone) {
  Length length;
  if (event.duration) length = *event.duration;
  if (event.end && event.is_all_day()) {
    length = {(seconds_of(event.end->time) - seconds_of(event.start.time)) / kDay, 0};
  } else if (event.end) {
    const Result<WallTime> end = absolute(*event.end, zone);
    if (!end) return end.error();
    length = {0, (*end - zone->absolute(event.start.time).time).count() / 1000};
  }
  if (event.is_all_day() && length.days == 0 && length.seconds == 0) length.days = 1;
  if (length.days < 0 || length.seconds < 0)
    return refused("the event ends before it starts: correct DTSTART or DTEND.");
  if (length.days > kMaxDays || length.seconds > kMaxDays * kDay)
    return refused("the event is longer than 366 days: split it.");
  return length;
}

Result<Expansion::Placed> Expansion::place(const Event& event) {
  const Result<ZonePointer> zone = zone_of(event.start, default_zone_);
  if (!zone) return zone.error();
  const Result<Length> length = length_of(event, *zone);
  if (!length) return length.error();
  return Placed{&event, *zone, *length};
}

// UNTIL is in UTC if DTSTART has a zone. Some programs write a date, or a local time.
Result<bool> Expansion::is_over(const Placed& placed, const EventTime& until, const LocalTime& local) {
  if (placed.event->is_all_day() || until.form == Form::date)
    return seconds_of({local.year, local.month, local.day}) >
           seconds_of({until.time.year, until.time.month, until.time.day});
  if (until.form == Form::floating) return seconds_of(local) > seconds_of(until.time);
  const Result<WallTime> end = absolute(until, placed.zone);
  if (!end) return end.error();
  return placed.start_of(local) > *end;
}

Result<> Expansion::add_rule(const Placed& placed, const Rule& rule, std::size_t line, Instances& instances) {
  // A day more on both sides, because these are local times.
  const std::int64_t length = (placed.length.days + 1) * kDay + placed.length.seconds;
  const WallTime from = span_.from - Milliseconds(length * 1000);
  const Rule::Span span{placed.event->start.time, placed.event->is_all_day(),
                        local_from_seconds(from.ms / 1000 - kDay),
                        local_from_seconds(span_.to.ms / 1000 + kDay)};
  std::size_t count = 0;
  Result<> result;
  const bool complete = rule.expand(span, budget_, [&](const LocalTime& local) {
    if (rule.until()) {
      const Result<bool> over = is_over(placed, *rule.until(), local);
      if (!over) result = over.error();
      if (!over || *over) return false;
    }
    const WallTime start = placed.start_of(local);
    if (start < from) return true;
    if (start >= span_.to) return false;
    if (count == config_.max_instances) {
      problems_.add({line, clean_text(placed.event->uid, 64),
                     "the event recurs more than " + std::to_string(config_.max_instances) +
                         " times in the time span: later instances are left out."});
      return false;
    }
    ++count;
    instances.emplace(start, local);
    return true;
  });
  if (!complete)
    return too_large("calendar.max_time",
                     "The recurring events of the calendar take too long to compute: export fewer events.");
  return result;
}

Result<> Expansion::add_dates(const Placed& placed, Instances& instances) {
  for (const EventTime& date : placed.event->dates) {
    const Result<WallTime> start = absolute(date, placed.zone);
    if (!start) return start.error();
    instances.emplace(*start, placed.zone->local(*start));
  }
  return {};
}

Result<> Expansion::exclude(const Placed& placed, Instances& instances) {
  for (const EventTime& excluded : placed.event->excluded) {
    if (excluded.form == Form::date) {
      std::erase_if(instances, [&](const auto& each) { return same_date(each.second, excluded.time); });
      continue;
    }
    const Result<WallTime> start = absolute(excluded, placed.zone);
    if (!start) return start.error();
    instances.erase(*start);
  }
  return {};
}

// Those of the time span, and a few before it. DTSTART is the first instance even if the rule does not match it.
Result<Expansion::Instances> Expansion::instances_of(const Placed& placed) {
  Instances instances;
  const LocalTime& first = placed.event->start.time;
  instances.emplace(placed.start_of(first), first);
  for (const auto& [line, rule] : placed.event->rules)
    if (const Result<> added = add_rule(placed, rule, line, instances); !added) return added.error();
  if (const Result<> added = add_dates(placed, instances); !added) return added.error();
  if (const Result<> excluded = exclude(placed, instances); !excluded) return excluded.error();
  return instances;
}

// The start of the instance that the event replaces. Some programs give its date only.
Result<WallTime> Expansion::replaced_by(const Event& event, const Placed& main, const Instances& instances) {
  const EventTime& id = *event.recurrence_id;
  if (main.event == nullptr) return absolute(id, default_zone_);
  if (id.form == Form::date && !main.event->is_all_day())
    for (const auto& [start, local] : instances)
      if (same_date(local, id.time)) return start;
  return absolute(id, main.zone);
}

Result<> Expansion::emit(const Placed& placed, const LocalTime& local, std::optional<WallTime> recurrence_id,
                         bool cancelled) {
  const Event& event = *placed.event;
  const WallTime start = placed.start_of(local);
  const WallTime end = std::max(placed.end_of(local), start);
  if (start >= span_.to || (end <= span_.from && start < span_.from)) return {};
  if (meetings_.size() >= config_.max_meetings)
    return too_large("calendar.max_meetings", "The calendar has more than " +
                                                  std::to_string(config_.max_meetings) +
                                                  " meetings in the time span: export fewer events.");
  meetings_.push_back({event.uid, recurrence_id, start, end - start, event.summary, placed.zone->name(),
                       event.is_all_day(), cancelled || event.cancelled, event.sequence,
                       event.last_modified});
  return {};
}

void Expansion::report(const Event& event, const Error& error) {
  problems_.add({event.line, clean_text(event.uid, 64), error.detail});
}

Result<> Expansion::add(const std::vector<Event>& events) {
  const Event* main = nullptr;
  for (const Event& event : events)
    if (!event.recurrence_id && (main == nullptr || is_superseded(*main, event))) main = &event;
  Placed placed;
  Instances instances;
  if (main != nullptr) {
    Result<Placed> found = place(*main);
    Result<Instances> computed = found ? instances_of(*found) : Result<Instances>(found.error());
    if (!computed) {
      if (is_fatal(computed.error())) return computed.error();
      report(*main, computed.error());
      return {};
    }
    placed = std::move(*found);
    instances = std::move(*computed);
  }
  const bool all_cancelled = main != nullptr && main->cancelled;

  Replacements replacements;
  for (const Event& event : events) {
    if (!event.recurrence_id) continue;
    const Result<WallTime> replaced = replaced_by(event, placed, instances);
    if (!replaced) {
      report(event, replaced.error());
      continue;
    }
    const Event*& newest = replacements[*replaced];
    if (newest == nullptr || is_superseded(*newest, event)) newest = &event;
    if (event.and_following)
      report(event, refused("RANGE=THISANDFUTURE is not supported: only this instance is changed."));
  }

  for (const auto& [start, local] : instances) {
    if (replacements.contains(start)) continue;
    const bool recurs = !main->rules.empty() || !main->dates.empty();
    if (auto emitted = emit(placed, local, recurs ? std::optional(start) : std::nullopt, false); !emitted)
      return emitted;
  }
  for (const auto& [replaced, event] : replacements) {
    const Result<Placed> found = place(*event);
    if (!found)
      report(*event, found.error());
    else if (auto emitted = emit(*found, event->start.time, replaced, all_cancelled); !emitted)
      return emitted;
  }
  return {};
}

std::vector<Meeting> Expansion::take() {
  std::ranges::sort(meetings_, [](const Meeting& a, const Meeting& b) {
    return std::tie(a.start, a.uid, a.recurrence_id) < std::tie(b.start, b.uid, b.recurrence_id);
  });
  return std::move(meetings_);
}

}  // namespace belay::calendar
