#include "calendar/export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/testing/importing.hpp"

namespace belay::calendar {
namespace {

using namespace testing;
using namespace std::chrono_literals;

WallTime at(int day, int hour) {
  return {kNow.ms + (day - 1) * 86'400'000LL + hour * 3'600'000LL};
}

TEST(Export, G4_writes_a_calendar_to_subscribe_to) {
  Meeting first{"m1@belay", {}, at(9, 9), 90min, "Goals, steps; and \\ more"};
  first.sequence = 2;
  first.last_modified = at(1, 8);
  Meeting second{"m2@belay", at(10, 9), at(10, 12), 45min + 30s};
  second.cancelled = true;
  EXPECT_EQ(export_calendar(std::vector{first, second}, {kNow, "Ann's meetings", 2h}),
            "BEGIN:VCALENDAR\r\n"
            "VERSION:2.0\r\n"
            "PRODID:-//Belay//Meetings//EN\r\n"
            "CALSCALE:GREGORIAN\r\n"
            "METHOD:PUBLISH\r\n"
            "NAME:Ann's meetings\r\n"
            "X-WR-CALNAME:Ann's meetings\r\n"
            "REFRESH-INTERVAL;VALUE=DURATION:PT2H\r\n"
            "X-PUBLISHED-TTL:PT2H\r\n"
            "BEGIN:VEVENT\r\n"
            "UID:m1@belay\r\n"
            "DTSTAMP:20270301T000000Z\r\n"
            "SEQUENCE:2\r\n"
            "LAST-MODIFIED:20270301T080000Z\r\n"
            "DTSTART:20270309T090000Z\r\n"
            "DURATION:PT1H30M\r\n"
            "SUMMARY:Goals\\, steps\\; and \\\\ more\r\n"
            "STATUS:CONFIRMED\r\n"
            "END:VEVENT\r\n"
            "BEGIN:VEVENT\r\n"
            "UID:m2@belay\r\n"
            "DTSTAMP:20270301T000000Z\r\n"
            "RECURRENCE-ID:20270310T090000Z\r\n"
            "DTSTART:20270310T120000Z\r\n"
            "DURATION:PT45M30S\r\n"
            "STATUS:CANCELLED\r\n"
            "END:VEVENT\r\n"
            "END:VCALENDAR\r\n");
}

TEST(Export, G4_folds_at_75_octets_and_never_inside_of_a_character) {
  for (std::size_t length = 60; length < 160; ++length) {
    Meeting meeting{"m", {}, at(9, 9), 30min};
    for (std::size_t i = 0; i < length; ++i) meeting.summary += i % 3 == 0 ? "\xF0\x9F\x91\x8B" : "a";
    const std::string text = export_calendar(std::vector{meeting}, {kNow});
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = text.find("\r\n", start);
      ASSERT_NE(end, text.npos);
      ASSERT_LE(end - start, 75u);
      ASSERT_NE(static_cast<unsigned char>(text[start]) & 0xC0, 0x80)
          << "a line begins inside of a character";
      ASSERT_FALSE(text[start] == ' ' && (static_cast<unsigned char>(text[start + 1]) & 0xC0) == 0x80);
      start = end + 2;
    }
    ASSERT_EQ(read(text).value().meetings.at(0).summary, meeting.summary);
  }
}

TEST(Export, G4_nobody_can_add_lines_through_a_text) {
  const Meeting meeting{"m\r\nATTENDEE:x",
                        {},
                        at(9, 9),
                        30min,
                        "a\r\nEND:VEVENT\r\n\x01"
                        "b"};
  const std::string text = export_calendar(std::vector{meeting}, {kNow, "n\nMETHOD:CANCEL"});
  EXPECT_THAT(text, ::testing::HasSubstr("UID:m \\nATTENDEE:x\r\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("SUMMARY:a \\nEND:VEVENT \\n b\r\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("X-WR-CALNAME:n\\nMETHOD:CANCEL\r\n"));
}

// What import reads, export writes, and import reads again.
TEST(Export, G4_what_was_exported_is_imported_equal) {
  for (const std::string& file : {google_calendar(), apple_calendar(), outlook_calendar()}) {
    const Import imported = read(file).value();
    std::vector<Meeting> expected = imported.meetings;
    for (Meeting& meeting : expected) {
      meeting.time_zone = "UTC";
      meeting.all_day = false;
    }
    const Import again = read(export_calendar(imported.meetings, {kNow, imported.name})).value();
    EXPECT_EQ(again.meetings, expected);
    EXPECT_EQ(again.problem_count, 0u);
    EXPECT_EQ(again.name, imported.name.empty() ? "" : imported.name);
  }
}

TEST(Export, G4_extreme_values_stay_readable) {
  const std::vector<Meeting> meetings = {{"a", {}, kNow, 0min, ""},
                                         {"b", {}, {kNow.ms + 999}, 999ms, std::string(500, ',')},
                                         {"c", {}, kNow, 366 * 24h, "\xF0\x9F\x91\x8B"}};
  const Import import = read(export_calendar(meetings, {kNow, "", 0ms})).value();
  ASSERT_EQ(import.meetings.size(), 3u);
  EXPECT_EQ(import.problem_count, 0u);
  EXPECT_EQ(import.meetings[1].start, kNow) << "whole seconds";
  EXPECT_EQ(import.meetings[1].summary, std::string(500, ','));
  EXPECT_EQ(import.meetings[2].duration, Milliseconds(366 * 24h));
  EXPECT_NE(export_calendar({}, {kNow, "", 0ms}).find("X-PUBLISHED-TTL:PT1M\r\n"), std::string::npos);
  EXPECT_NE(
      export_calendar(std::vector{Meeting{"d", {}, {-62'200'000'000'000}, 0ms}}, {kNow}).find("DTSTART:0000"),
      std::string::npos);
}

}  // namespace
}  // namespace belay::calendar
