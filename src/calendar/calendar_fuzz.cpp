// Fuzz test: imports arbitrary bytes as a calendar. What was read keeps its limits, is valid UTF-8 without control
// characters and in order, and is the same after an export and a second import.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "calendar/export.hpp"
#include "calendar/import.hpp"

namespace {

using namespace belay;
using namespace belay::calendar;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_text(std::string_view text, std::size_t max_bytes) {
  require(is_valid_utf8(text) && text.size() <= max_bytes);
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

// Small limits, so that short inputs reach them.
Config small_limits() {
  Config config;
  config.max_components = 64;
  config.max_properties = 32;
  config.max_instances = 50;
  config.max_meetings = 200;
  config.max_text = 64_B;
  config.max_time = Milliseconds(50);
  config.max_problems = 4;
  return config;
}

constexpr WallTime kNow{1'803'859'200'000};

void check_meeting(const Meeting& meeting, const Config& config) {
  check_text(meeting.summary, config.max_text.value);
  require(!meeting.uid.empty() && meeting.uid.size() <= 1'024 && is_valid_utf8(meeting.uid));
  require(is_valid_utf8(meeting.time_zone) && meeting.duration.count() >= 0);
  require(meeting.start < kNow + config.future && meeting.start + meeting.duration >= kNow - config.past);
  require(meeting.start.ms % 1000 == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static TimeZones zones;
  const Config config = small_limits();
  const ImportOptions options{kNow, "Europe/Berlin"};
  const Result<Import> import =
      import_calendar({reinterpret_cast<const char*>(data), size}, options, config, zones);
  if (!import) {
    require(is_valid_utf8(import.error().detail) && import.error().detail.size() < 512);
    require(import.error().field == "file");
    return 0;
  }
  require(import->meetings.size() <= config.max_meetings && import->problems.size() <= config.max_problems);
  require(import->problems.size() <= import->problem_count);
  check_text(import->name, config.max_text.value);
  for (const Meeting& meeting : import->meetings) check_meeting(meeting, config);
  require(std::ranges::is_sorted(import->meetings, {}, &Meeting::start));
  for (const Problem& problem : import->problems) {
    check_text(problem.text, 512);
    check_text(problem.uid, 64);
  }

  Config wide;
  const Result<Import> again =
      import_calendar(export_calendar(import->meetings, {kNow, import->name}), options, wide, zones);
  require(again.has_value() && again->problem_count == 0 &&
          again->meetings.size() <= import->meetings.size());
  return 0;
}
