#include "policy/access_window.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/settings/settings.hpp"

namespace belay::policy {
namespace {

using namespace std::chrono_literals;

// "2026-03-29 01:30:00", with ".999" or without, in UTC; with " Berlin" in the local time there. The C library
// computes the absolute time from the zone's rule (POSIX TZ), which depends on no installed data.
WallTime at(const std::string& text) {
  static const std::map<std::string, const char*> kRules = {{"", "UTC0"},
                                                            {"Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"},
                                                            {"NewYork", "EST5EDT,M3.2.0,M11.1.0"},
                                                            {"LordHowe", "LHST-10:30LHDT-11,M10.1.0,M4.1.0"},
                                                            {"Kathmandu", "NPT-5:45"}};
  std::tm local{};
  int read = 0;
  std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d%n", &local.tm_year, &local.tm_mon, &local.tm_mday,
              &local.tm_hour, &local.tm_min, &local.tm_sec, &read);
  EXPECT_GE(read, 19) << text;
  std::string rest = text.substr(static_cast<std::size_t>(read));
  std::int64_t milliseconds = 0;
  if (rest.starts_with('.')) {
    milliseconds = std::stoi(rest.substr(1, 3));
    rest.erase(0, 4);
  }
  local.tm_year -= 1900;
  local.tm_mon -= 1;
  local.tm_isdst = -1;
  setenv("TZ", kRules.at(rest.empty() ? "" : rest.substr(1)), 1);
  tzset();
  const std::time_t seconds = std::mktime(&local);
  unsetenv("TZ");
  tzset();
  return {seconds * 1000 + milliseconds};
}

std::string text_of(WallTime time) {
  const std::time_t seconds = time.ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &utc);
  return text;
}

// "in_window m until 2026-03-10 11:30:00 next 2026-03-11 09:30:00"
std::string text_of(const Access& access) {
  std::string text(to_string(access.reason));
  if (!access.meeting.empty()) text += " " + access.meeting;
  if (access.closes_at) text += " until " + text_of(*access.closes_at);
  if (access.opens_at) text += " next " + text_of(*access.opens_at);
  return text;
}

AccessMeeting meeting(std::string id, const std::string& start, Milliseconds duration) {
  return {std::move(id), at(start), duration};
}

AccessMeeting cancelled(std::string id, const std::string& start, Milliseconds duration) {
  return {std::move(id), at(start), duration, true};
}

struct Row {
  std::vector<AccessMeeting> meetings;
  const char* now;
  const char* access;
  AccessWindowConfig config{};
  std::string_view phase = kTrackingPhase;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Access access = access_at(at(row.now), {row.phase, row.meetings}, row.config);
    EXPECT_EQ(text_of(access), row.access) << "row " << &row - rows.data() << ", at " << row.now;
    // Nothing changes before the time at which it says that something changes.
    const auto change = access.reason == AccessReason::in_window ? access.closes_at : access.opens_at;
    if (!change || access.reason == AccessReason::phase_always_open) continue;
    EXPECT_EQ(access_at({change->ms - 1}, {row.phase, row.meetings}, row.config).is_open(), access.is_open());
    EXPECT_NE(access_at(*change, {row.phase, row.meetings}, row.config).is_open(), access.is_open());
  }
}

// One meeting from 10:00 to 10:30: the window is 9:30 to 11:30.
const std::vector<AccessMeeting> kOne = {meeting("m", "2026-03-10 10:00:00", 30min)};

TEST(AccessWindow, G3_opens_30_minutes_before_a_meeting_and_closes_60_minutes_after_its_end) {
  check({
      {kOne, "2026-03-09 10:15:00", "before_window next 2026-03-10 09:30:00"},
      {kOne, "2026-03-10 09:29:59", "before_window next 2026-03-10 09:30:00"},
      {kOne, "2026-03-10 09:29:59.999", "before_window next 2026-03-10 09:30:00"},
      {kOne, "2026-03-10 09:30:00", "in_window m until 2026-03-10 11:30:00"},
      {kOne, "2026-03-10 09:59:59", "in_window m until 2026-03-10 11:30:00"},
      {kOne, "2026-03-10 10:00:00", "in_window m until 2026-03-10 11:30:00"},
      {kOne, "2026-03-10 10:30:00", "in_window m until 2026-03-10 11:30:00"},
      {kOne, "2026-03-10 11:29:59", "in_window m until 2026-03-10 11:30:00"},
      {kOne, "2026-03-10 11:29:59.999", "in_window m until 2026-03-10 11:30:00"},
      {kOne, "2026-03-10 11:30:00", "no_meeting"},
      {kOne, "2026-03-11 10:15:00", "no_meeting"},
      {{}, "2026-03-10 10:15:00", "no_meeting"},
  });
}

TEST(AccessWindow, G3_depends_on_the_phase) {
  check({
      {{}, "2026-03-10 10:15:00", "phase_always_open", {}, kGoalSettingPhase},
      {kOne, "2026-03-10 10:15:00", "phase_always_open m", {}, kGoalSettingPhase},
      {kOne, "2026-03-10 12:15:00", "phase_always_open", {}, kGoalSettingPhase},
      {kOne, "2026-03-10 12:15:00", "phase_always_open", {}, ""},
      {kOne, "2026-03-10 10:15:00", "phase_closed m", {}, "paused"},
      {kOne, "2026-03-10 12:15:00", "phase_closed", {}, "Tracking"},
  });
}

TEST(AccessWindow, G3_follows_the_configuration) {
  const AccessWindowConfig none{0min, 0min};
  const AccessWindowConfig wide{24h, 48h};
  check({
      {kOne, "2026-03-10 09:59:59", "before_window next 2026-03-10 10:00:00", none},
      {kOne, "2026-03-10 10:00:00", "in_window m until 2026-03-10 10:30:00", none},
      {kOne, "2026-03-10 10:30:00", "no_meeting", none},
      {{meeting("m", "2026-03-10 10:00:00", 0min)}, "2026-03-10 09:00:00", "no_meeting", none},
      {{meeting("m", "2026-03-10 10:00:00", 0min)}, "2026-03-10 10:00:00", "no_meeting", none},
      {kOne, "2026-03-09 10:00:00", "in_window m until 2026-03-12 10:30:00", wide},
      {kOne, "2026-03-09 09:59:59", "before_window next 2026-03-09 10:00:00", wide},
  });
}

TEST(AccessWindow, G3_joins_windows_that_overlap_or_touch) {
  // The windows: 9:30 to 11:30, and 11:30 to 13:15 (touching), then 15:30 to 17:30.
  const std::vector<AccessMeeting> day = {meeting("c", "2026-03-10 16:00:00", 30min),
                                          meeting("a", "2026-03-10 10:00:00", 30min),
                                          meeting("b", "2026-03-10 12:00:00", 15min)};
  // Two at once, one inside the other.
  const std::vector<AccessMeeting> inside = {meeting("long", "2026-03-10 10:00:00", 3h),
                                             meeting("short", "2026-03-10 11:00:00", 15min)};
  const std::vector<AccessMeeting> same = {meeting("b", "2026-03-10 10:00:00", 30min),
                                           meeting("a", "2026-03-10 10:00:00", 45min)};
  // One second between the windows: 9:30 to 11:30, 11:30:01 to 13:30:01.
  const std::vector<AccessMeeting> apart = {kOne[0], meeting("n", "2026-03-10 12:00:01", 30min)};
  check({
      {day, "2026-03-10 09:00:00", "before_window next 2026-03-10 09:30:00"},
      {day, "2026-03-10 11:29:59", "in_window a until 2026-03-10 13:15:00 next 2026-03-10 15:30:00"},
      {day, "2026-03-10 11:30:00", "in_window b until 2026-03-10 13:15:00 next 2026-03-10 15:30:00"},
      {day, "2026-03-10 13:15:00", "before_window next 2026-03-10 15:30:00"},
      {day, "2026-03-10 17:29:59", "in_window c until 2026-03-10 17:30:00"},
      {inside, "2026-03-10 10:45:00", "in_window long until 2026-03-10 14:00:00"},
      {inside, "2026-03-10 11:05:00", "in_window short until 2026-03-10 14:00:00"},
      {inside, "2026-03-10 11:15:00", "in_window long until 2026-03-10 14:00:00"},
      {inside, "2026-03-10 13:59:59", "in_window long until 2026-03-10 14:00:00"},
      {same, "2026-03-10 10:10:00", "in_window a until 2026-03-10 11:45:00"},
      {same, "2026-03-10 10:40:00", "in_window a until 2026-03-10 11:45:00"},
      {apart, "2026-03-10 11:29:59", "in_window m until 2026-03-10 11:30:00 next 2026-03-10 11:30:01"},
      {apart, "2026-03-10 11:30:00", "before_window next 2026-03-10 11:30:01"},
      {apart, "2026-03-10 11:30:01", "in_window n until 2026-03-10 13:30:01"},
  });
}

TEST(AccessWindow, G3_between_two_meetings_the_closer_one_is_under_way) {
  // From 10:00 to 10:30, and from 11:00: halfway, the later one.
  const std::vector<AccessMeeting> two = {kOne[0], meeting("n", "2026-03-10 11:00:00", 30min)};
  check({
      {two, "2026-03-10 10:44:59", "in_window m until 2026-03-10 12:30:00"},
      {two, "2026-03-10 10:45:00", "in_window n until 2026-03-10 12:30:00"},
  });
}

TEST(AccessWindow, G3_leaves_out_cancelled_meetings) {
  const std::vector<AccessMeeting> only = {cancelled("m", "2026-03-10 10:00:00", 30min)};
  const std::vector<AccessMeeting> first = {only[0], meeting("n", "2026-03-11 10:00:00", 30min)};
  // Without the one in the middle, the windows of the others do not touch.
  const std::vector<AccessMeeting> middle = {kOne[0], cancelled("n", "2026-03-10 11:30:00", 30min),
                                             meeting("o", "2026-03-10 13:00:00", 30min)};
  check({
      {only, "2026-03-10 10:15:00", "no_meeting"},
      {only, "2026-03-10 08:00:00", "no_meeting"},
      {only, "2026-03-10 10:15:00", "phase_always_open", {}, kGoalSettingPhase},
      {first, "2026-03-10 10:15:00", "before_window next 2026-03-11 09:30:00"},
      {middle, "2026-03-10 11:00:00", "in_window m until 2026-03-10 11:30:00 next 2026-03-10 12:30:00"},
      {middle, "2026-03-10 11:45:00", "before_window next 2026-03-10 12:30:00"},
  });
}

TEST(AccessWindow, G3_holds_across_midnight_and_the_new_year) {
  const std::vector<AccessMeeting> night = {meeting("m", "2026-12-31 23:45:00", 30min)};
  const std::vector<AccessMeeting> early = {meeting("m", "2027-01-01 00:10:00", 30min)};
  check({
      {night, "2026-12-31 23:59:59", "in_window m until 2027-01-01 01:15:00"},
      {night, "2027-01-01 00:00:00", "in_window m until 2027-01-01 01:15:00"},
      {night, "2027-01-01 01:15:00", "no_meeting"},
      {early, "2026-12-31 23:39:59", "before_window next 2026-12-31 23:40:00"},
      {early, "2026-12-31 23:40:00", "in_window m until 2027-01-01 01:40:00"},
      {{meeting("m", "2028-02-29 23:00:00 Kathmandu", 1h)},
       "2028-02-29 17:44:59",
       "in_window m until 2028-02-29 19:15:00"},
  });
}

TEST(AccessWindow, G3_counts_elapsed_time_when_clocks_change) {
  // Berlin, 29 March 2026: 02:00 becomes 03:00. From 01:45 local for 30 minutes ends at 03:15 local.
  const std::vector<AccessMeeting> spring = {meeting("m", "2026-03-29 01:45:00 Berlin", 30min)};
  // 25 October 2026: 03:00 becomes 02:00 again. From 01:45 local for 30 minutes.
  const std::vector<AccessMeeting> autumn = {meeting("m", "2026-10-25 01:45:00 Berlin", 30min)};
  // Each Monday at 09:00 in New York: 14:00 UTC, and after 8 March 2026 13:00 UTC.
  const std::vector<AccessMeeting> weekly = {meeting("m", "2026-03-02 09:00:00 NewYork", 30min),
                                             meeting("n", "2026-03-09 09:00:00 NewYork", 30min)};
  // Lord Howe Island, 4 October 2026: 02:00 becomes 02:30.
  const std::vector<AccessMeeting> half = {meeting("m", "2026-10-04 03:00:00 LordHowe", 30min)};
  check({
      {spring, "2026-03-29 01:14:59 Berlin", "before_window next 2026-03-29 00:15:00"},
      {spring, "2026-03-29 01:15:00 Berlin", "in_window m until 2026-03-29 02:15:00"},
      {spring, "2026-03-29 04:14:59 Berlin", "in_window m until 2026-03-29 02:15:00"},
      {spring, "2026-03-29 04:15:00 Berlin", "no_meeting"},
      {autumn, "2026-10-25 01:14:59 Berlin", "before_window next 2026-10-24 23:15:00"},
      {autumn, "2026-10-25 01:14:59", "in_window m until 2026-10-25 01:15:00"},
      {autumn, "2026-10-25 01:15:00", "no_meeting"},
      {autumn, "2026-10-25 03:15:00 Berlin", "no_meeting"},
      {weekly, "2026-03-02 13:30:00", "in_window m until 2026-03-02 15:30:00 next 2026-03-09 12:30:00"},
      {weekly, "2026-03-09 08:29:59 NewYork", "before_window next 2026-03-09 12:30:00"},
      {weekly, "2026-03-09 12:30:00", "in_window n until 2026-03-09 14:30:00"},
      {half, "2026-10-04 01:59:59 LordHowe", "before_window next 2026-10-03 15:30:00"},
      {half, "2026-10-04 02:30:00 LordHowe", "in_window m until 2026-10-03 17:30:00"},
  });
}

TEST(AccessWindow, G3_takes_very_long_very_early_and_very_late_meetings) {
  check({
      {{meeting("m", "2020-01-01 00:00:00", 24h * 3652)},
       "2026-03-10 10:00:00",
       "in_window m until 2029-12-31 01:00:00"},
      {{meeting("m", "2020-01-01 00:00:00", 24h * 3652), kOne[0]},
       "2026-03-10 10:15:00",
       "in_window m until 2029-12-31 01:00:00"},
      {{meeting("m", "1969-12-31 23:00:00", 30min)},
       "1970-01-01 00:00:00",
       "in_window m until 1970-01-01 00:30:00"},
      {{meeting("m", "1900-01-01 00:00:00", 30min)}, "2026-03-10 10:00:00", "no_meeting"},
      {{meeting("m", "9999-12-31 23:00:00", 30min)},
       "2026-03-10 10:00:00",
       "before_window next 9999-12-31 22:30:00"},
      {{meeting("m", "2026-03-10 10:00:00", 0min)},
       "2026-03-10 10:59:59",
       "in_window m until 2026-03-10 11:00:00"},
      {{meeting("m", "2026-03-10 10:00:00", -5h)},
       "2026-03-10 10:59:59",
       "in_window m until 2026-03-10 11:00:00"},
  });
}

TEST(AccessWindow, G3_does_not_overflow) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  const std::vector<AccessMeeting> meetings = {{"early", {kMin}, Milliseconds(kMax)},
                                               {"late", {kMax}, Milliseconds(kMax)}};
  const Access before = access_at({1000}, {kTrackingPhase, meetings}, {});
  EXPECT_EQ(before.closes_at, WallTime{3'600'000 - 1});
  EXPECT_EQ(before.opens_at, WallTime{kMax - 1'800'000});
  EXPECT_EQ(access_at({kMax - 1}, {kTrackingPhase, meetings}, {}).meeting, "late");
  EXPECT_EQ(access_at({kMin}, {kTrackingPhase, meetings}, {}).meeting, "early");
}

// The decision against its definition, moment by moment, for random meetings of one day.
TEST(AccessWindow, G3_is_open_exactly_in_the_windows) {
  std::mt19937 random(7);
  const AccessWindowConfig config{3s, 6s};
  for (int round = 0; round < 100; ++round) {
    std::vector<AccessMeeting> meetings;
    for (std::size_t i = random() % 6; i > 0; --i)
      meetings.push_back({std::string(1, static_cast<char>('a' + i)),
                          {static_cast<std::int64_t>(random() % 90) * 1000},
                          std::chrono::seconds(random() % 8),
                          random() % 5 == 0});
    std::vector<bool> open;  // at each second
    for (WallTime now{0}; now.ms < 120'000; now = now + 1s)
      open.push_back(std::ranges::any_of(meetings, [&](const AccessMeeting& each) {
        return !each.cancelled && now >= each.start - config.opens_before &&
               now < each.start + each.duration + config.closes_after;
      }));
    for (std::size_t second = 0; second < open.size(); ++second) {
      const Access access =
          access_at({static_cast<std::int64_t>(second) * 1000}, {kTrackingPhase, meetings}, config);
      ASSERT_EQ(access.is_open(), open[second]) << round << " at " << second;
      ASSERT_EQ(access.is_open(), !access.meeting.empty());
      std::size_t change = second;
      while (change < open.size() && open[change] == open[second]) ++change;
      std::optional<WallTime> changes_at;
      if (change < open.size()) changes_at = WallTime{static_cast<std::int64_t>(change) * 1000};
      ASSERT_EQ(access.is_open() ? access.closes_at : access.opens_at, changes_at)
          << round << " at " << second;
    }
  }
}

TEST(AccessWindow, G3_a_refusal_says_when_it_opens_next) {
  const AccessWindowConfig config;
  const WallTime now = at("2026-03-10 09:00:00");
  const Error later = access_error(access_at(now, {kTrackingPhase, kOne}, config), now, config);
  EXPECT_EQ(later.code, ErrorCode::forbidden);
  EXPECT_EQ(later.detail,
            "The coach is available from 30m before a meeting to 1h after its end. The next time is "
            "2026-03-10T09:30:00.000Z.");
  EXPECT_EQ(later.retry_after, Milliseconds(30min));
  const Error never = access_error(access_at(now, {kTrackingPhase, {}}, config), now, config);
  EXPECT_EQ(never.detail,
            "The coach is available from 30m before a meeting to 1h after its end. No meeting is "
            "scheduled: add one.");
  EXPECT_EQ(never.retry_after, std::nullopt);
  const Error closed = access_error(access_at(now, {"paused", kOne}, config), now, config);
  EXPECT_EQ(closed.code, ErrorCode::forbidden);
  EXPECT_THAT(closed.detail, testing::HasSubstr("Ask the operator to change your phase."));
  EXPECT_EQ(closed.retry_after, std::nullopt);
}

TEST(AccessWindow, G3_its_settings_have_bounds) {
  AccessWindowConfig config;
  Settings settings;
  settings.section("coach", "For this test.");
  declare(settings, config);
  const auto problems = [&](const char* key, const char* value) {
    ConfigReading reading;
    EXPECT_TRUE(settings.assign_text(key, value, {}, reading)) << key;
    return reading.problems.size();
  };
  EXPECT_EQ(problems("coach.access_opens_before", "0s"), 0u);
  EXPECT_EQ(problems("coach.access_closes_after", "7d"), 0u);
  EXPECT_EQ(config.opens_before, Milliseconds(0));
  EXPECT_EQ(config.closes_after, Milliseconds(7 * 24h));
  EXPECT_EQ(problems("coach.access_opens_before", "8d"), 1u);
  EXPECT_EQ(problems("coach.access_closes_after", "8d"), 1u);
  EXPECT_EQ(config.closes_after, Milliseconds(7 * 24h));
}

}  // namespace
}  // namespace belay::policy
