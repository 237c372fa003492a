// What the zone names of a calendar file mean. In this order:
//
//   Europe/Berlin                              the zone of the system's data
//   /mozilla.org/20050126_1/Europe/Berlin      the zone at the end of the name
//   W. Europe Standard Time                    the IANA zone that Windows' zone is mapped to
//   anything else                              the VTIMEZONE of this name in the file
//
// Known names come before the file's VTIMEZONE: programs often write only the current rule into it, and the system's
// data also know the earlier and the announced changes. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "calendar/components.hpp"
#include "calendar/event_time.hpp"
#include "calendar/recurrence.hpp"
#include "calendar/zones.hpp"

namespace belay::calendar {

using ZonePointer = std::shared_ptr<const TimeZone>;

// The zone of a VTIMEZONE, right for the times of events in the span. unprocessable: it cannot be used.
Result<TimeZone> zone_of(const Component& vtimezone, std::string name, TimeSpan span, const Budget& budget);

class ZoneResolver {
 public:
  // Everything must outlive the resolver.
  ZoneResolver(const std::vector<Component>& vtimezones, TimeZones& zones, TimeSpan span,
               const Budget& budget);

  // unprocessable: the zone is unknown, or its VTIMEZONE cannot be used.
  Result<ZonePointer> find(const std::string& name);

 private:
  Result<ZonePointer> look_up(const std::string& name);
  Result<ZonePointer> look_up_in_file(const std::string& name);

  TimeZones& zones_;
  TimeSpan span_;
  const Budget& budget_;
  std::map<std::string, const Component*> vtimezones_;
  std::map<std::string, Result<ZonePointer>> found_;
};

}  // namespace belay::calendar
