// Calendars of meetings (requirement G4): an iCalendar file becomes meetings, and meetings become one. Files are read on the
// pool, by turns of the users.
//
// Each call is made on the caller's loop and resumes there; all loops may call at once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/fair_thread_pool.hpp"
#include "calendar/config.hpp"
#include "calendar/import.hpp"
#include "calendar/zones.hpp"
#include "services/goals/meetings.hpp"
#include "services/goals/profiles.hpp"

namespace belay::services {

class Calendars {
 public:
  // All of it outlives this.
  struct Parts {
    Meetings& meetings;
    Profiles& profiles;
    FairThreadPool& pool;
    const Clock& clock;
    calendar::Config config;
  };
  explicit Calendars(Parts parts) : parts_(std::move(parts)) {}

  struct Imported {
    MeetingImport meetings;
    std::size_t skipped = 0;                    // events that could not be used
    std::vector<calendar::Problem> problems{};  // the first ones
  };
  // Meetings that were imported before are changed, by UID and instance. Fails as calendar::import_calendar(), with the
  // field "file", and as Meetings::import().
  Awaitable<Result<Imported>> import(Loop& loop, Deadline deadline, std::string user, std::string file);
  // All meetings of the user, as an iCalendar file.
  Awaitable<Result<std::string>> export_of(Loop& loop, Deadline deadline, std::string user);
  // Fails with `unprocessable` for a name that the time zone database does not have.
  Awaitable<Result<>> check_time_zone(Loop& loop, std::string user, std::string name);

 private:
  const Parts parts_;
  calendar::TimeZones zones_;
};

}  // namespace belay::services
