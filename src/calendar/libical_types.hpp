// Between libical and our values. Included only by files that call libical.
#pragma once

#include <libical/ical.h>
#include <memory>

#include "calendar/content_lines.hpp"
#include "calendar/event_time.hpp"

namespace belay::calendar {

inline EventTime event_time(const icaltimetype& time) {
  using Form = EventTime::Form;
  EventTime out;
  out.form = time.is_date ? Form::date : icaltime_is_utc(time) ? Form::utc : Form::floating;
  out.time = {time.year, time.month, time.day};
  if (!time.is_date) {
    out.time.hour = time.hour;
    out.time.minute = time.minute;
    out.time.second = time.second;
  }
  return out;
}

inline icaltimetype ical_time(const LocalTime& time, bool is_date) {
  icaltimetype out = icaltime_null_time();
  out.year = time.year;
  out.month = time.month;
  out.day = time.day;
  out.is_date = is_date ? 1 : 0;
  if (is_date) return out;
  out.hour = time.hour;
  out.minute = time.minute;
  out.second = time.second;
  return out;
}

// A content line, parsed by libical: one property, or one for each value of a list.
class ParsedLine {
 public:
  explicit ParsedLine(const ContentLine& line)
      : component_(icalparser_parse_string(("BEGIN:VEVENT\r\n" + line.text + "\r\nEND:VEVENT\r\n").c_str()),
                   icalcomponent_free) {}

  // Null: it cannot be read.
  icalproperty* first() const { return usable(at(icalcomponent_get_first_property)); }
  icalproperty* next() const { return usable(at(icalcomponent_get_next_property)); }

 private:
  template <class Get>
  icalproperty* at(Get get) const {
    return component_ == nullptr ? nullptr : get(component_.get(), ICAL_ANY_PROPERTY);
  }
  // libical reports what it cannot read as a property of its own.
  static icalproperty* usable(icalproperty* property) {
    const bool is_error = property == nullptr || icalproperty_isa(property) == ICAL_XLICERROR_PROPERTY ||
                          icalproperty_get_value(property) == nullptr;
    return is_error ? nullptr : property;
  }

  std::unique_ptr<icalcomponent, decltype(&icalcomponent_free)> component_;
};

}  // namespace belay::calendar
