// What is refused, reported and bounded. The time is 1 March 2027, 00:00 UTC; the default zone is Europe/Berlin.
#include "calendar/import.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/settings/settings.hpp"
#include "calendar/testing/importing.hpp"

namespace belay::calendar {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The detail of the error of the whole file.
std::string refusal(std::string_view bytes, const Config& config = {}) {
  const Result<Import> import = read(bytes, config);
  if (import) return "it was read";
  EXPECT_EQ(import.error().field, "file");
  return import.error().detail;
}

TEST(Import, G4_says_what_is_wrong_with_a_file) {
  const std::string prefix = "The calendar cannot be read. Line ";
  EXPECT_EQ(refusal(""), prefix + "1: the file is empty. Export the calendar again, as iCalendar (.ics).");
  EXPECT_EQ(
      refusal("<html>\n"),
      prefix + "1: a calendar begins with BEGIN:VCALENDAR. Export the calendar again, as iCalendar (.ics).");
  EXPECT_EQ(refusal("BEGIN:VCARD\nEND:VCARD\n"),
            prefix + "1: a calendar begins with BEGIN:VCALENDAR, not with BEGIN:VCARD.");
  EXPECT_EQ(
      refusal("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:e\n"),
      prefix +
          "3: the file ends before END:VEVENT (begun in line 2). It was cut off: export or upload it again.");
  EXPECT_EQ(refusal("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n"),
            prefix + "3: END:VCALENDAR closes nothing that is open here: END:VEVENT must be first.");
  EXPECT_EQ(refusal("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n"),
            prefix + "3: END:VCALENDAR closes nothing that is open here.");
  EXPECT_EQ(refusal("BEGIN:VCALENDAR\nX:Gr\xFC\xDF"
                    "e\n"),
            prefix + "2: the text is not UTF-8. Export the calendar as UTF-8.");
  EXPECT_EQ(refusal(std::string("BEGIN:VCALENDAR\nX:\0\n", 20)),
            prefix + "2: there is a zero byte. The file is broken, or is no calendar.");
  EXPECT_EQ(refusal("BEGIN:VCALENDAR\nBEGIN:VCALENDAR\n"),
            prefix + "2: BEGIN:VCALENDAR inside of a calendar.");
  EXPECT_THAT(refusal("PK\x03\x04" + std::string(500, 'x')), HasSubstr("Line 1"));
}

TEST(Import, G4_reports_the_default_zone_and_missing_zone_data) {
  EXPECT_EQ(read(event("DTSTART:20270302T090000Z\n"), {}, "Europe/Atlantis").error().field, "time_zone");
  TimeZones none("/nonexistent");
  EXPECT_EQ(import_calendar("BEGIN:VCALENDAR\nEND:VCALENDAR\n", {kNow}, {}, none).error().code,
            ErrorCode::unavailable);
}

TEST(Import, G4_an_empty_calendar_has_no_meetings) {
  EXPECT_THAT(read("BEGIN:VCALENDAR\nEND:VCALENDAR\n").value().meetings, IsEmpty());
  EXPECT_THAT(
      read("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:e\nDTSTART:20270302T090000Z\nEND:VTODO\nEND:VCALENDAR\n")
          .value()
          .meetings,
      IsEmpty());
}

TEST(Import, G4_leaves_out_an_event_that_cannot_be_used_and_says_why) {
  struct Row {
    const char* lines;  // DTSTART is line 4 of the file
    const char* problem;
  };
  const Row rows[] = {
      {"SUMMARY:x\n", "2: the event has no DTSTART: give it a start."},
      {"DTSTART:tomorrow\n",
       "4: DTSTART cannot be read: write a date and time that exist, like 20260310T100000Z."},
      {"DTSTART:20270230T090000Z\n",
       "4: DTSTART cannot be read: write a date and time that exist, like 20260310T100000Z."},
      {"DTSTART:20270302T250000Z\n",
       "4: DTSTART cannot be read: write a date and time that exist, like 20260310T100000Z."},
      {"DTSTART;VALUE=INTEGER:5\n",
       "4: DTSTART cannot be read: write a date and time that exist, like 20260310T100000Z."},
      {"DTSTART:\n", "4: DTSTART cannot be read: write a date and time that exist, like 20260310T100000Z."},
      {"DTSTART;TZID=Mars/Olympus:20270302T090000\n",
       "2: its time zone is not known, and the file has no VTIMEZONE for it: use a name like Europe/Berlin."},
      {"DTSTART:20270302T090000Z\nDTEND:20270302T080000Z\n",
       "2: the event ends before it starts: correct DTSTART or DTEND."},
      {"DTSTART:20270302T090000Z\nDTEND;VALUE=DATE:20270303\n",
       "2: one of DTSTART and DTEND is a date, the other a time: use the same for both."},
      {"DTSTART:20270302T090000Z\nDTEND:20290302T080000Z\n",
       "2: the event is longer than 366 days: split it."},
      {"DTSTART:20270302T090000Z\nDURATION:P9999999W\n", "2: the event is longer than 366 days: split it."},
      {"DTSTART:20270302T090000Z\nDURATION:-PT1H\n",
       "5: DURATION cannot be read: write it like PT1H30M or P1D, from 0 to a year."},
      {"DTSTART:20270302T090000Z\nDURATION:soon\n",
       "5: DURATION cannot be read: write it like PT1H30M or P1D, from 0 to a year."},
      {"DTSTART:20270302T090000Z\nRRULE:FREQ=SECONDLY\n",
       "5: RRULE recurs more often than daily: use FREQ=DAILY, with BYHOUR if needed."},
      {"DTSTART:20270302T090000Z\nRRULE:FREQ=MINUTELY;COUNT=2\n",
       "5: RRULE recurs more often than daily: use FREQ=DAILY, with BYHOUR if needed."},
      {"DTSTART:20270302T090000Z\nRRULE:FREQ=HOURLY;COUNT=2\n",
       "5: RRULE recurs more often than daily: use FREQ=DAILY, with BYHOUR if needed."},
      {"DTSTART:20270302T090000Z\nRRULE:FREQ=SOMETIMES\n",
       "5: RRULE cannot be read: write it like FREQ=WEEKLY;BYDAY=TU."},
      {"DTSTART:20270302T090000Z\nRRULE:\n", "5: RRULE cannot be read: write it like FREQ=WEEKLY;BYDAY=TU."},
      {"DTSTART:20270302T090000Z\nRRULE:RSCALE=CHINESE;FREQ=YEARLY\n",
       "5: RRULE has RSCALE, which is not supported: use a rule of the Gregorian calendar."},
      {"DTSTART:20270302T090000Z\nRRULE:FREQ=DAILY;BYHOUR=8,9,10,11,12;BYMINUTE=0,10,20,30,40\n",
       "5: RRULE has more than 24 times a day: use fewer of BYHOUR, BYMINUTE and BYSECOND."},
      {"DTSTART:20270302T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,MO,TU,WE,TH,FR,MO,TU,WE,TH,FR\n",
       "5: RRULE has more than 14 days in BYDAY: use fewer."},
      {"DTSTART:20270302T090000Z\nEXDATE:never\n",
       "5: EXDATE cannot be read: write a date and time that exist, like 20260310T100000Z."},
      {"DTSTART:20270302T090000Z\nRECURRENCE-ID:x\n",
       "5: RECURRENCE-ID cannot be read: write a date and time that exist, like 20260310T100000Z."},
  };
  for (const Row& row : rows) {
    const Result<Import> import = read(event(row.lines));
    ASSERT_TRUE(import) << row.lines << import.error().detail;
    EXPECT_THAT(import->meetings, IsEmpty()) << row.lines;
    EXPECT_THAT(shown_problems(*import), ElementsAre(row.problem)) << row.lines;
    EXPECT_EQ(import->problems.at(0).uid, "e");
    EXPECT_EQ(import->problem_count, 1u);
  }
}

TEST(Import, G4_refuses_uids_that_are_long_or_have_control_characters) {
  const auto problems = [](const std::string& uid) {
    return shown_problems(read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:" + uid +
                               "\nDTSTART:20270302T090000Z\nEND:VEVENT\nEND:VCALENDAR\n")
                              .value());
  };
  EXPECT_THAT(problems(std::string(1'024, 'a')), IsEmpty());
  EXPECT_THAT(problems(std::string(1'025, 'a')),
              ElementsAre("2: the UID is longer than 1,024 bytes: use a shorter one."));
  EXPECT_THAT(problems("a\\nb"), ElementsAre("2: the UID has control characters: remove them."));
}

TEST(Import, G4_one_bad_event_leaves_the_others) {
  const std::string good = "BEGIN:VEVENT\nUID:good\nDTSTART:20270302T090000Z\nEND:VEVENT\n";
  const std::string bad = "BEGIN:VEVENT\nDTSTART:20270302T090000Z\nEND:VEVENT\n";
  const Import import = read("BEGIN:VCALENDAR\n" + bad + good + bad + "END:VCALENDAR\n").value();
  EXPECT_THAT(shown(import), ElementsAre("2027-03-02T09:00:00Z 0min good UTC"));
  EXPECT_THAT(shown_problems(import),
              ElementsAre("2: the event has no UID: give it one.", "9: the event has no UID: give it one."));
}

TEST(Import, G4_a_change_of_all_following_instances_changes_one_and_is_reported) {
  const Import import =
      read(event("DTSTART:20270303T150000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270303T090000Z\n")).value();
  EXPECT_THAT(shown(import), SizeIs(1));
  EXPECT_THAT(shown_problems(import),
              ElementsAre("2: RANGE=THISANDFUTURE is not supported: only this instance is changed."));
}

TEST(Import, G4_finds_zones_by_their_other_names) {
  const auto zone = [](const char* name) {
    const Import import = read(event("DTSTART;TZID=" + std::string(name) + ":20270302T090000\n")).value();
    return import.meetings.empty() ? ""
                                   : shown(import.meetings[0].start) + " " + import.meetings[0].time_zone;
  };
  EXPECT_EQ(zone("Europe/Berlin"), "2027-03-02T08:00:00Z Europe/Berlin");
  EXPECT_EQ(zone("\"Europe/Berlin\""), "2027-03-02T08:00:00Z Europe/Berlin");
  EXPECT_EQ(zone("/mozilla.org/20050126_1/Europe/Berlin"), "2027-03-02T08:00:00Z Europe/Berlin");
  EXPECT_EQ(zone("/freeassociation.sourceforge.net/Tzfile/America/New_York"),
            "2027-03-02T14:00:00Z America/New_York");
  EXPECT_EQ(zone("Tokyo Standard Time"), "2027-03-02T00:00:00Z Asia/Tokyo");
  EXPECT_EQ(zone("/etc/passwd"), "");
  EXPECT_EQ(zone("../../etc/passwd"), "");
}

// A zone of the file's own: from 1 May 2027 (UNTIL, RDATE) it is an hour later.
TEST(Import, G4_reads_zones_that_only_the_file_knows) {
  const std::string zone =
      "BEGIN:VTIMEZONE\nTZID:Camp\nBEGIN:STANDARD\nDTSTART:20200101T000000\nTZOFFSETFROM:+0500\nTZOFFSETTO:+"
      "0500\n"
      "END:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20260501T000000\nRDATE:20270501T000000\nTZOFFSETFROM:+"
      "0500\nTZOFFSETTO:+0600\n"
      "END:DAYLIGHT\nBEGIN:STANDARD\nDTSTART:20260901T000000\nRRULE:FREQ=YEARLY;UNTIL=20260901T000000Z\n"
      "TZOFFSETFROM:+0600\nTZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE\n";
  const auto read_at = [&](const std::string& local, const std::string& its_zone) {
    return read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:e\nDTSTART;TZID=Camp:" + local + "\nEND:VEVENT\n" +
                its_zone + "END:VCALENDAR\n")
        .value();
  };
  EXPECT_THAT(shown(read_at("20270401T120000", zone)), ElementsAre("2027-04-01T07:00:00Z 0min e Camp"));
  EXPECT_THAT(shown(read_at("20270601T120000", zone)), ElementsAre("2027-06-01T06:00:00Z 0min e Camp"));
  EXPECT_THAT(
      shown_problems(read_at("20270601T120000", "BEGIN:VTIMEZONE\nTZID:Camp\nEND:VTIMEZONE\n")),
      ElementsAre(
          "2: its time zone cannot be used (VTIMEZONE in line 6): it has no STANDARD and no DAYLIGHT."));
  EXPECT_THAT(
      shown_problems(
          read_at("20270601T120000",
                  "BEGIN:VTIMEZONE\nTZID:Camp\nBEGIN:STANDARD\nDTSTART:20200101T000000\n"
                  "TZOFFSETFROM:+0500\nTZOFFSETTO:+0500\nRRULE:FREQ=DAILY\nEND:STANDARD\nEND:VTIMEZONE\n")),
      ElementsAre(
          "2: its time zone cannot be used (VTIMEZONE in line 6): line 12: RRULE of a time zone must have "
          "FREQ=YEARLY."));
}

// The last change was in 1996: both rules ended, and no later one follows.
TEST(Import, G4_a_zone_keeps_its_last_offset_when_its_rules_have_ended) {
  const std::string zone =
      "BEGIN:VTIMEZONE\nTZID:Camp\nBEGIN:STANDARD\nDTSTART:19800928T030000\n"
      "RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=-1SU;UNTIL=19960929T010000Z\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
      "END:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:19810329T020000\n"
      "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=19960331T010000Z\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
      "END:DAYLIGHT\nEND:VTIMEZONE\n";
  EXPECT_THAT(
      shown(read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:e\nDTSTART;TZID=Camp:20270701T120000\nEND:VEVENT\n" +
                 zone + "END:VCALENDAR\n")
                .value()),
      ElementsAre("2027-07-01T11:00:00Z 0min e Camp"));
}

TEST(Import, G4_cleans_and_cuts_texts) {
  Config config;
  config.max_text = ByteCount{16};
  const auto summary = [&](const std::string& text) {
    return read(event("DTSTART:20270302T090000Z\nSUMMARY:" + text + "\n"), config)
        .value()
        .meetings.at(0)
        .summary;
  };
  EXPECT_EQ(summary("a\\nb\\, c\td\x1b[31m"), "a b, c d[31m");
  EXPECT_EQ(summary("\xE2\x80\xAE"
                    "cod.exe"),
            "cod.exe");
  EXPECT_EQ(summary("aaaaaaaaaaaaaaa\xC3\xBC"), "aaaaaaaaaaaaaaa") << "never inside of a character";
  EXPECT_EQ(summary("5\nSUMMARY;VALUE=INTEGER:6"), "6") << "the kind of a text cannot be changed";
}

TEST(Import, G4_has_bounds) {
  const auto limit = [](std::string_view bytes, const Config& config) {
    const Result<Import> import = read(bytes, config);
    if (import) return std::string("none");
    EXPECT_EQ(import.error().code, ErrorCode::payload_too_large);
    return import.error().limit;
  };
  const std::string daily = event("DTSTART:20270301T090000Z\nRRULE:FREQ=DAILY;COUNT=10\n");
  Config config;
  config.max_file = ByteCount{daily.size()};
  EXPECT_EQ(limit(daily, config), "none");
  EXPECT_EQ(limit(daily + " ", config), "calendar.max_file");
  config = {};
  config.max_components = 1;
  EXPECT_EQ(limit(daily, config), "calendar.max_components");
  config = {};
  config.max_meetings = 9;
  EXPECT_EQ(limit(daily, config), "calendar.max_meetings");
  config = {};
  config.max_instances = 9;
  const Import import = read(daily, config).value();
  EXPECT_THAT(import.meetings, SizeIs(9));
  EXPECT_THAT(
      shown_problems(import),
      ElementsAre("5: the event recurs more than 9 times in the time span: later instances are left out."));
  config = {};
  config.max_properties = 16;
  std::string many;
  for (int i = 0; i < 20; ++i) many += "EXDATE:20270302T090000Z\n";
  EXPECT_THAT(shown_problems(read(event("DTSTART:20270301T090000Z\n" + many), config).value()),
              ElementsAre(HasSubstr("2: the event has too many or too long properties")));
  std::string bad = "BEGIN:VCALENDAR\n";
  for (int i = 0; i < 30; ++i) bad += "BEGIN:VEVENT\nEND:VEVENT\n";
  const Import problems = read(bad + "END:VCALENDAR\n").value();
  EXPECT_THAT(problems.problems, SizeIs(20));
  EXPECT_EQ(problems.problem_count, 30u);
}

TEST(Import, G4_refuses_deep_nesting) {
  std::string deep = "BEGIN:VCALENDAR\n";
  for (int i = 0; i < 9'000; ++i) deep += "BEGIN:X\n";
  EXPECT_EQ(refusal(deep), "The calendar cannot be read. Line 9: components are nested more than 8 deep.");
}

// libical searches 550 years for each of these rules. The budget ends that.
TEST(Import, G4_rules_that_never_match_are_bounded_in_processor_time) {
  Config config;
  config.max_time = Milliseconds(100);
  std::string file = "BEGIN:VCALENDAR\n";
  for (int i = 0; i < 2'000; ++i)
    file += "BEGIN:VEVENT\nUID:" + std::to_string(i) +
            "\nDTSTART:20270301T090000Z\nRRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS=300\nEND:VEVENT\n";
  const Result<Import> import = read(file + "END:VCALENDAR\n", config);
  ASSERT_FALSE(import);
  EXPECT_EQ(import.error().limit, "calendar.max_time");
  EXPECT_THAT(starts("DTSTART:20270301T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n"),
              ElementsAre("2027-03-01T09:00:00Z"));
}

// What must not overlap in libical does not overlap, whoever calls.
TEST(Import, G4_may_be_called_by_several_threads) {
  const std::vector<Meeting> expected = read(google_calendar()).value().meetings;
  std::vector<std::thread> threads;
  std::atomic<int> equal = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round)
        if (read(google_calendar()).value().meetings == expected) ++equal;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(equal, 40);
}

TEST(Import, G4_its_settings_have_bounds) {
  Config config;
  Settings settings;
  declare(settings, config);
  const auto problems = [&](const char* key, const char* value) {
    ConfigReading reading;
    EXPECT_TRUE(settings.assign_text(key, value, {}, reading)) << key;
    return reading.problems.size();
  };
  EXPECT_EQ(problems("calendar.future", "365d"), 0u);
  EXPECT_EQ(config.future, Milliseconds(std::chrono::hours(24 * 365)));
  EXPECT_EQ(problems("calendar.future", "0s"), 1u);
  EXPECT_EQ(problems("calendar.max_file", "32MiB"), 1u);
  EXPECT_EQ(problems("calendar.max_meetings", "0"), 1u);
  EXPECT_EQ(problems("calendar.max_instances", "20000"), 1u);
}

}  // namespace
}  // namespace belay::calendar
