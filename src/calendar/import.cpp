#include "calendar/import.hpp"

#include <algorithm>
#include <libical/ical.h>
#include <map>
#include <mutex>

#include "calendar/components.hpp"
#include "calendar/event.hpp"
#include "calendar/expansion.hpp"
#include "calendar/file_error.hpp"
#include "calendar/problems.hpp"
#include "calendar/properties.hpp"

namespace belay::calendar {

namespace {

// libical has process-wide state: which errors are fatal, tables that are filled on first use. All calls to it are made
// under this lock.
std::mutex& libical_lock() {
  static std::mutex lock;
  return lock;
}

// Strings that libical returned belong to a ring of this thread.
struct FreeRing {
  ~FreeRing() { icalmemory_free_ring(); }
};

Result<Import> import_components(const Components& components, const ImportOptions& options,
                                 const Config& config, TimeZones& zones, ZonePointer default_zone) {
  const std::lock_guard lock(libical_lock());
  const FreeRing free_ring;
  icalerror_set_errors_are_fatal(0);

  const TimeSpan span{options.now - config.past, options.now + config.future};
  const Budget budget(config.max_time);
  Problems problems(config.max_problems);
  ZoneResolver resolver(components.zones, zones, span, budget);
  Expansion expansion(config, span, resolver, std::move(default_zone), budget, problems);

  std::map<std::string, std::vector<Event>> by_uid;
  for (const Component& component : components.events)
    if (std::optional<Event> event = read_event(component, config, problems)) {
      event->cancelled |= components.cancels;
      by_uid[event->uid].push_back(std::move(*event));
    }
  for (const auto& [uid, events] : by_uid)
    if (const Result<> added = expansion.add(events); !added) return added.error();

  Import import;
  import.meetings = expansion.take();
  // Read as another text property: libical does not know how X-WR-CALNAME is escaped.
  const ContentLine name{0, "SUMMARY", "SUMMARY:" + components.name};
  if (!components.name.empty()) import.name = clean_text(read_text(name), config.max_text.value);
  import.problem_count = problems.count();
  import.problems = problems.take();
  return import;
}

}  // namespace

Result<Import> import_calendar(std::string_view bytes, const ImportOptions& options, const Config& config,
                               TimeZones& zones) {
  if (bytes.size() > config.max_file.value)
    return too_large("calendar.max_file", "The calendar is larger than " +
                                              std::to_string(config.max_file.value) +
                                              " bytes: export a shorter time span.");
  Result<ZonePointer> default_zone = zones.find(options.default_zone);
  if (!default_zone) return default_zone.error();
  const Result<Components> components = read_components(bytes, config);
  if (!components) return components.error();
  return import_components(*components, options, config, zones, std::move(*default_zone));
}

}  // namespace belay::calendar
