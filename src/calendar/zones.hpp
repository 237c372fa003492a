// Time zones by their IANA names, from the time zone data of the system (Debian: tzdata, in /usr/share/zoneinfo). Why not
// from libical: docs/adr/0031-calendars.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "calendar/time_zone.hpp"

namespace belay::calendar {

// The zones that were asked for. Thread-safe. find() reads a file of a few KiB the first time a zone is asked for. Only
// zones that exist are kept, at most 1,024.
class TimeZones {
 public:
  explicit TimeZones(std::filesystem::path directory = "/usr/share/zoneinfo");

  // "Europe/Berlin", "UTC", "Etc/GMT+5"; letter case matters. invalid_request (field "time_zone"): there is no such
  // zone. unavailable: the machine has no time zone data.
  Result<std::shared_ptr<const TimeZone>> find(std::string_view name);
  bool is_valid(std::string_view name) { return find(name).has_value(); }

 private:
  std::filesystem::path directory_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const TimeZone>, std::less<>> zones_;
};

// "W. Europe Standard Time" is "Europe/Berlin": names of Windows and Outlook, from the table of Unicode CLDR in ICU.
// Nothing: there is no such name. Thread-safe.
std::optional<std::string> iana_name_of_windows_zone(std::string_view name);

}  // namespace belay::calendar
