#include "calendar/time_zone.hpp"

#include <gtest/gtest.h>

#include "calendar/testing/importing.hpp"

namespace belay::calendar {
namespace {

using testing::shown;
using testing::zones;

std::shared_ptr<const TimeZone> zone(const char* name) {
  auto found = zones().find(name);
  EXPECT_TRUE(found) << name;
  return found.value();
}

TEST(TimeZone, G4_knows_what_a_local_time_means) {
  struct Row {
    const char* zone;
    LocalTime local;
    const char* time;
    LocalTimeKind kind;
  };
  using enum LocalTimeKind;
  const Row rows[] = {
      {"UTC", {2027, 3, 9, 10, 0, 0}, "2027-03-09T10:00:00Z", unique},
      {"Europe/Berlin", {2027, 3, 9, 10, 0, 0}, "2027-03-09T09:00:00Z", unique},
      {"Europe/Berlin", {2027, 7, 9, 10, 0, 0}, "2027-07-09T08:00:00Z", unique},
      // 28 March 2027: 02:00 becomes 03:00.
      {"Europe/Berlin", {2027, 3, 28, 1, 59, 59}, "2027-03-28T00:59:59Z", unique},
      {"Europe/Berlin", {2027, 3, 28, 2, 0, 0}, "2027-03-28T01:00:00Z", gap},
      {"Europe/Berlin", {2027, 3, 28, 2, 59, 59}, "2027-03-28T01:59:59Z", gap},
      {"Europe/Berlin", {2027, 3, 28, 3, 0, 0}, "2027-03-28T01:00:00Z", unique},
      // 31 October 2027: 03:00 becomes 02:00.
      {"Europe/Berlin", {2027, 10, 31, 1, 59, 59}, "2027-10-30T23:59:59Z", unique},
      {"Europe/Berlin", {2027, 10, 31, 2, 0, 0}, "2027-10-31T00:00:00Z", fold},
      {"Europe/Berlin", {2027, 10, 31, 2, 59, 59}, "2027-10-31T00:59:59Z", fold},
      {"Europe/Berlin", {2027, 10, 31, 3, 0, 0}, "2027-10-31T02:00:00Z", unique},
      {"America/New_York", {2027, 3, 14, 2, 30, 0}, "2027-03-14T07:30:00Z", gap},
      {"America/New_York", {2027, 11, 7, 1, 30, 0}, "2027-11-07T05:30:00Z", fold},
      // South of the equator; half an hour; minutes.
      {"Australia/Sydney", {2027, 1, 9, 10, 0, 0}, "2027-01-08T23:00:00Z", unique},
      {"Australia/Lord_Howe", {2027, 10, 3, 2, 15, 0}, "2027-10-02T15:45:00Z", gap},
      {"Asia/Kathmandu", {2027, 3, 9, 10, 0, 0}, "2027-03-09T04:15:00Z", unique},
      {"Etc/GMT+5", {2027, 3, 9, 10, 0, 0}, "2027-03-09T15:00:00Z", unique},
      // The summer is standard time, and winter has the negative saving.
      {"Europe/Dublin", {2027, 7, 9, 10, 0, 0}, "2027-07-09T09:00:00Z", unique},
      {"Europe/Dublin", {2027, 1, 9, 10, 0, 0}, "2027-01-09T10:00:00Z", unique},
      // After the transitions that the file lists: its rule.
      {"Europe/Berlin", {2091, 7, 9, 10, 0, 0}, "2091-07-09T08:00:00Z", unique},
      {"Australia/Sydney", {2091, 1, 9, 10, 0, 0}, "2091-01-08T23:00:00Z", unique},
      // What was announced after 2022: no daylight saving time in Mexico.
      {"America/Mexico_City", {2027, 7, 9, 10, 0, 0}, "2027-07-09T16:00:00Z", unique},
      // A whole day is missing: 30 December 2011 in Samoa.
      {"Pacific/Apia", {2011, 12, 30, 12, 0, 0}, "2011-12-30T22:00:00Z", gap},
      {"Pacific/Apia", {2011, 12, 31, 0, 0, 0}, "2011-12-30T10:00:00Z", unique},
      // Before standard time: the mean time of the place.
      {"Europe/Berlin", {1880, 1, 1, 0, 53, 28}, "1880-01-01T00:00:00Z", unique},
  };
  for (const Row& row : rows) {
    const AbsoluteTime absolute = zone(row.zone)->absolute(row.local);
    EXPECT_EQ(shown(absolute.time), row.time) << row.zone;
    EXPECT_EQ(absolute.kind, row.kind) << row.zone << " " << row.time;
    if (absolute.kind != gap) {
      EXPECT_EQ(zone(row.zone)->local(absolute.time), row.local) << row.zone << " " << row.time;
    }
  }
}

TEST(TimeZone, G4_a_local_time_that_does_not_exist_counts_on) {
  const auto utc = zone("UTC");
  EXPECT_EQ(shown(utc->absolute({2027, 2, 30, 0, 0, 0}).time), "2027-03-02T00:00:00Z");
  EXPECT_EQ(shown(utc->absolute({2027, 12, 31, 24, 0, 0}).time), "2028-01-01T00:00:00Z");
  EXPECT_EQ(shown(utc->absolute({2027, 13, 1, 0, 0, 0}).time), "2028-01-01T00:00:00Z");
  EXPECT_EQ(shown(utc->absolute({2027, 0, 1, 0, 0, 0}).time), "2026-12-01T00:00:00Z");
  EXPECT_EQ(utc->local({-1}), (LocalTime{1969, 12, 31, 23, 59, 59}));
}

// A file of version 2 with one change at 1,000 s and this footer.
std::string file(std::string_view footer) {
  std::string header = "TZif2" + std::string(15, '\0');
  const auto counts = [](char times, char types, char characters) {
    std::string out(24, '\0');
    out[15] = times;
    out[19] = types;
    out[23] = characters;
    return out;
  };
  using namespace std::string_literals;
  return header + counts(0, 1, 1) + "\0\0\0\0\0\0\0"s + header + counts(1, 2, 4) + "\0\0\0\0\0\0\x03\xE8"s +
         "\1"s + "\0\0\0\0\0\0"s + "\0\0\x0E\x10\0\0"s + "UTC\0"s + std::string(footer);
}

TEST(TimeZone, G4_reads_files_of_the_system) {
  const Result<TimeZone> zone = TimeZone::parse("X", file("\n<+02>-2\n"));
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->offset_at({999'999}), 0);
  EXPECT_EQ(zone->offset_at({1'000'000}), 7200) << "the rule holds after the last change";
  const Result<TimeZone> no_rule = TimeZone::parse("X", file("\n\n"));
  ASSERT_TRUE(no_rule);
  EXPECT_EQ(no_rule->offset_at({1'000'000}), 3600);
}

TEST(TimeZone, G4_refuses_a_file_that_is_cut_off_or_wrong) {
  const std::string whole = file("\n<+02>-2\n");
  const std::size_t footer = whole.size() - std::string_view("\n<+02>-2\n").size();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(TimeZone::parse("X", whole.substr(0, size)).has_value(), size >= footer && size <= footer + 2)
        << size << " of " << whole.size();
  EXPECT_FALSE(TimeZone::parse("X", file("\nCET-1CEST\n")));
  EXPECT_FALSE(TimeZone::parse("X", file("\nCET-1CEST,M13.5.0,M10.5.0/3\n")));
  std::string wrong_type = whole;
  wrong_type[44 + 7 + 44 + 8] = 2;
  EXPECT_FALSE(TimeZone::parse("X", wrong_type));
  std::string many = whole;
  many[44 + 7 + 32] = '\x7f';
  EXPECT_FALSE(TimeZone::parse("X", many)) << "more changes than the file has bytes";
}

TEST(PosixRule, G4_reads_the_rules_of_posix) {
  const auto offset = [](const char* rule, const char* /*when*/, std::int64_t second) {
    const auto parsed = PosixRule::parse(rule);
    EXPECT_TRUE(parsed) << rule;
    return parsed ? parsed->offset_at(second) : -1;
  };
  constexpr std::int64_t kJanuary = 1'798'761'600;  // 1 January 2027
  constexpr std::int64_t kJuly = kJanuary + 181 * 86'400;
  EXPECT_EQ(offset("CET-1CEST,M3.5.0,M10.5.0/3", "winter", kJanuary), 3600);
  EXPECT_EQ(offset("CET-1CEST,M3.5.0,M10.5.0/3", "summer", kJuly), 7200);
  EXPECT_EQ(offset("AEST-10AEDT,M10.1.0,M4.1.0/3", "summer", kJanuary), 39600);
  EXPECT_EQ(offset("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "summer", kJuly), -7200);
  EXPECT_EQ(offset("EST5EDT4:30,J60,J300", "summer", kJuly), -16200);
  EXPECT_EQ(offset("EST5EDT,0/0,364/24", "always", kJanuary), -14400);
  EXPECT_EQ(offset("IST-2IDT,M3.4.4/26,M10.5.0", "summer", kJuly), 10800);
  for (const char* wrong :
       {"", "C", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-200", "<CET-1",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,J0,J3", "CET-1CEST,366,3", "CET-1:60"})
    EXPECT_FALSE(PosixRule::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace belay::calendar
