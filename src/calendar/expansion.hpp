// Turns the events of a calendar file into meetings: one for each instance of a recurring event within a time span.
//
// An instance is identified by its start as the rule gives it. The events with a RECURRENCE-ID replace the instances
// with these starts. Instances are computed in the local time of the event's zone, and each is then made absolute: a
// meeting at 9:00 stays at 9:00 when clocks change. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "calendar/config.hpp"
#include "calendar/event.hpp"
#include "calendar/meeting.hpp"
#include "calendar/problems.hpp"
#include "calendar/zone_resolver.hpp"

namespace belay::calendar {

class Expansion {
 public:
  // Everything must outlive the object.
  Expansion(const Config& config, TimeSpan span, ZoneResolver& zones, ZonePointer default_zone,
            const Budget& budget, Problems& problems);

  // All events of one UID. payload_too_large: too many meetings, or the budget is spent.
  Result<> add(const std::vector<Event>& events);
  // In the order of start, uid and recurrence_id.
  std::vector<Meeting> take();

 private:
  // An event with its zone and its length.
  struct Placed {
    const Event* event = nullptr;
    ZonePointer zone;
    Length length;

    WallTime start_of(const LocalTime& local) const { return zone->absolute(local).time; }
    WallTime end_of(const LocalTime& local) const;
  };
  using Instances = std::map<WallTime, LocalTime>;        // by their starts
  using Replacements = std::map<WallTime, const Event*>;  // by the starts of what they replace

  // `floating`: the zone of times that name none.
  Result<ZonePointer> zone_of(const EventTime& time, const ZonePointer& floating);
  Result<WallTime> absolute(const EventTime& time, const ZonePointer& floating);
  Result<Length> length_of(const Event& event, const ZonePointer& zone);
  Result<Placed> place(const Event& event);
  Result<> add_rule(const Placed& placed, const Rule& rule, std::size_t line, Instances& instances);
  Result<bool> is_over(const Placed& placed, const EventTime& until, const LocalTime& local);
  Result<> add_dates(const Placed& placed, Instances& instances);
  Result<> exclude(const Placed& placed, Instances& instances);
  Result<Instances> instances_of(const Placed& placed);
  Result<WallTime> replaced_by(const Event& event, const Placed& main, const Instances& instances);
  Result<> emit(const Placed& placed, const LocalTime& local, std::optional<WallTime> recurrence_id,
                bool cancelled);
  void report(const Event& event, const Error& error);

  const Config& config_;
  TimeSpan span_;
  ZoneResolver& zones_;
  ZonePointer default_zone_;
  ZonePointer utc_;
  const Budget& budget_;
  Problems& problems_;
  std::vector<Meeting> meetings_;
};

}  // namespace belay::calendar
