#include "calendar/properties.hpp"

#include <libical/ical.h>
#include <memory>

#include "calendar/libical_types.hpp"

namespace belay::calendar {

namespace {

constexpr int kMaxYear = 9999;

Error unreadable(const ContentLine& line, const std::string& advice) {
  return make_error(ErrorCode::unprocessable, line.name + " cannot be read: " + advice);
}

Error unreadable_time(const ContentLine& line) {
  return unreadable(line, "write a date and time that exist, like 20260310T100000Z.");
}

bool exists(const icaltimetype& time) {
  if (time.year < 1 || time.year > kMaxYear || time.month < 1 || time.month > 12) return false;
  if (time.day < 1 || time.day > icaltime_days_in_month(time.month, time.year)) return false;
  return time.is_date || (time.hour >= 0 && time.hour < 24 && time.minute >= 0 && time.minute < 60 &&
                          time.second >= 0 && time.second <= 60);
}

// VALUE=INTEGER may stand at any property, and libical does not check which kind of value it reads.
bool is_a(icalproperty* property, icalvalue_kind kind) {
  return property != nullptr && icalvalue_isa(icalproperty_get_value(property)) == kind;
}

std::string zone_of(icalproperty* property) {
  icalparameter* parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
  const char* zone = parameter == nullptr ? nullptr : icalparameter_get_tzid(parameter);
  std::string name = zone == nullptr ? "" : zone;
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"'))
    name = name.substr(1, name.size() - 2);
  return name;
}

Result<EventTime> time_of(const icaltimetype& time, icalproperty* property, const ContentLine& line) {
  if (!exists(time)) return unreadable_time(line);
  EventTime out = event_time(time);
  if (out.form != EventTime::Form::floating) return out;
  out.zone = zone_of(property);
  if (!out.zone.empty()) out.form = EventTime::Form::zoned;
  return out;
}

}  // namespace

Result<EventTime> read_time(const ContentLine& line) {
  const ParsedLine parsed(line);
  if (!is_a(parsed.first(), ICAL_DATE_VALUE) && !is_a(parsed.first(), ICAL_DATETIME_VALUE))
    return unreadable_time(line);
  return time_of(icalvalue_get_datetimedate(icalproperty_get_value(parsed.first())), parsed.first(), line);
}

Result<std::vector<EventTime>> read_times(const ContentLine& line) {
  const ParsedLine parsed(line);
  std::vector<EventTime> times;
  if (parsed.first() == nullptr) return unreadable_time(line);
  for (icalproperty* property = parsed.first(); property != nullptr; property = parsed.next()) {
    const icalvalue* value = icalproperty_get_value(property);
    const icalvalue_kind kind = icalvalue_isa(value);
    icaltimetype time = icaltime_null_time();
    if (kind == ICAL_DATE_VALUE || kind == ICAL_DATETIME_VALUE)
      time = icalvalue_get_datetimedate(value);
    else if (kind == ICAL_PERIOD_VALUE)
      time = icalvalue_get_period(value).start;
    else if (kind == ICAL_DATETIMEPERIOD_VALUE) {
      const icaldatetimeperiodtype either = icalvalue_get_datetimeperiod(value);
      time = icaltime_is_null_time(either.time) ? either.period.start : either.time;
    }
    Result<EventTime> read = time_of(time, property, line);
    if (!read) return read.error();
    times.push_back(std::move(*read));
  }
  return times;
}

Result<Length> read_duration(const ContentLine& line) {
  const Error error = unreadable(line, "write it like PT1H30M or P1D, from 0 to a year.");
  const ParsedLine parsed(line);
  if (parsed.first() == nullptr ||
      icalvalue_isa(icalproperty_get_value(parsed.first())) != ICAL_DURATION_VALUE)
    return error;
  const icaldurationtype duration = icalproperty_get_duration(parsed.first());
  if (icaldurationtype_is_bad_duration(duration)) return error;
  const Length length{
      std::int64_t{duration.weeks} * 7 + duration.days,
      std::int64_t{duration.hours} * 3600 + std::int64_t{duration.minutes} * 60 + duration.seconds};
  if (duration.is_neg && (length.days != 0 || length.seconds != 0)) return error;
  return length;
}

Result<std::int32_t> read_offset(const ContentLine& line) {
  const ParsedLine parsed(line);
  constexpr std::int32_t kDay = 86'400;
  if (is_a(parsed.first(), ICAL_UTCOFFSET_VALUE))
    if (const int offset = icalvalue_get_utcoffset(icalproperty_get_value(parsed.first()));
        offset > -kDay && offset < kDay)
      return offset;
  return unreadable(line, "write it like +0100.");
}

std::optional<std::int64_t> read_sequence(const ContentLine& line) {
  const ParsedLine parsed(line);
  if (!is_a(parsed.first(), ICAL_INTEGER_VALUE)) return {};
  const int sequence = icalproperty_get_sequence(parsed.first());
  return sequence < 0 ? std::nullopt : std::optional<std::int64_t>(sequence);
}

std::string read_text(const ContentLine& line) {
  const ParsedLine parsed(line);
  if (parsed.first() == nullptr) return {};
  const icalvalue* value = icalproperty_get_value(parsed.first());
  // STATUS has a fixed set of words.
  if (icalvalue_isa(value) == ICAL_STATUS_VALUE) {
    const char* word = icalproperty_status_to_string(icalvalue_get_status(value));
    return word == nullptr ? std::string() : word;
  }
  if (!is_a(parsed.first(), ICAL_TEXT_VALUE)) return {};
  const char* text = icalvalue_get_text(value);
  return text == nullptr ? std::string() : text;
}

}  // namespace belay::calendar
