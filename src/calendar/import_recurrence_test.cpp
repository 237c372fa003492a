// What recurring events become. The time is 1 March 2027, 00:00 UTC; the default zone is Europe/Berlin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/testing/importing.hpp"

namespace belay::calendar {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Recurrence, G4_follows_count_until_and_interval) {
  EXPECT_THAT(starts("DTSTART:20270302T090000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3\n"),
              ElementsAre("2027-03-02T09:00:00Z", "2027-03-16T09:00:00Z", "2027-03-30T09:00:00Z"));
  EXPECT_THAT(starts("DTSTART:20270302T090000Z\nRRULE:FREQ=DAILY;UNTIL=20270304T090000Z\n"),
              ElementsAre("2027-03-02T09:00:00Z", "2027-03-03T09:00:00Z", "2027-03-04T09:00:00Z"));
  EXPECT_THAT(starts("DTSTART:20270302T090000Z\nRRULE:FREQ=DAILY;UNTIL=20270304T085959Z\n"), SizeIs(2));
  EXPECT_THAT(starts("DTSTART:20270302T090000Z\nRRULE:FREQ=DAILY;UNTIL=20270304\n"), SizeIs(3));
  EXPECT_THAT(starts("DTSTART:20270131T090000Z\nRRULE:FREQ=MONTHLY;COUNT=4\n"),
              ElementsAre("2027-03-31T09:00:00Z", "2027-05-31T09:00:00Z", "2027-07-31T09:00:00Z"));
  EXPECT_THAT(starts("DTSTART:20240229T090000Z\nRRULE:FREQ=YEARLY\n"), ElementsAre("2028-02-29T09:00:00Z"));
  EXPECT_THAT(
      starts("DTSTART:20270305T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3\n"),
      ElementsAre("2027-03-05T09:00:00Z", "2027-03-31T09:00:00Z", "2027-04-30T09:00:00Z",
                  "2027-05-31T09:00:00Z"))
      << "DTSTART is the first instance, although the rule does not match it";
}

// 23:30 on 31 March in New York is 03:30 on 1 April in UTC: UNTIL is a moment, not a local date.
TEST(Recurrence, G4_until_is_compared_as_a_moment) {
  EXPECT_THAT(
      starts("DTSTART;TZID=America/New_York:20270330T233000\nRRULE:FREQ=DAILY;UNTIL=20270401T033000Z\n"),
      ElementsAre("2027-03-31T03:30:00Z", "2027-04-01T03:30:00Z"));
  EXPECT_THAT(
      starts("DTSTART;TZID=America/New_York:20270330T233000\nRRULE:FREQ=DAILY;UNTIL=20270401T032959Z\n"),
      ElementsAre("2027-03-31T03:30:00Z"));
}

TEST(Recurrence, G4_stays_at_its_local_time_when_clocks_change) {
  EXPECT_THAT(starts("DTSTART;TZID=Europe/Berlin:20270327T090000\nRRULE:FREQ=DAILY;COUNT=3\n"),
              ElementsAre("2027-03-27T08:00:00Z", "2027-03-28T07:00:00Z", "2027-03-29T07:00:00Z"));
  // 02:30 does not exist on 28 March: it is what the clock shows as 03:30. On 31 October it is the first 02:30.
  EXPECT_THAT(starts("DTSTART;TZID=Europe/Berlin:20270327T023000\nRRULE:FREQ=DAILY;COUNT=3\n"),
              ElementsAre("2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"));
  EXPECT_THAT(starts("DTSTART;TZID=Europe/Berlin:20271030T023000\nRRULE:FREQ=DAILY;COUNT=3\n"),
              ElementsAre("2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"));
  // UTC does not change.
  EXPECT_THAT(starts("DTSTART:20270327T080000Z\nRRULE:FREQ=DAILY;COUNT=3\n"),
              ElementsAre("2027-03-27T08:00:00Z", "2027-03-28T08:00:00Z", "2027-03-29T08:00:00Z"));
}

TEST(Recurrence, G4_adds_rdate_and_removes_exdate) {
  EXPECT_THAT(
      starts("DTSTART:20270302T090000Z\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20270303T090000Z,20270305T090000Z\n"
             "RDATE:20270310T100000Z,20270311T110000Z\nRDATE;VALUE=PERIOD:20270312T120000Z/PT1H\n"),
      ElementsAre("2027-03-02T09:00:00Z", "2027-03-04T09:00:00Z", "2027-03-10T10:00:00Z",
                  "2027-03-11T11:00:00Z", "2027-03-12T12:00:00Z"));
  EXPECT_THAT(starts("DTSTART;TZID=Europe/"
                     "Berlin:20270302T090000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20270303\n"),
              ElementsAre("2027-03-02T08:00:00Z", "2027-03-04T08:00:00Z"));
  EXPECT_THAT(
      starts(
          "DTSTART;TZID=Europe/Berlin:20270302T090000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20270303T080000Z\n"),
      ElementsAre("2027-03-02T08:00:00Z", "2027-03-04T08:00:00Z"))
      << "a moment, whatever its zone";
  EXPECT_THAT(starts("DTSTART:20270302T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20270302T090000Z\nEXDATE:"
                     "20270303T090000Z\n"),
              IsEmpty());
}

TEST(Recurrence, G4_exceptions_without_a_zone_are_in_the_zone_of_the_event) {
  EXPECT_THAT(
      starts("DTSTART;TZID=Asia/Tokyo:20270302T090000\nDTEND:20270302T093000\nRRULE:FREQ=DAILY;COUNT=3\n"
             "EXDATE:20270303T090000\nRDATE:20270305T090000\n"),
      ElementsAre("2027-03-02T00:00:00Z", "2027-03-04T00:00:00Z", "2027-03-05T00:00:00Z"));
}

TEST(Recurrence, G4_all_day_events_follow_the_days_of_the_default_zone) {
  const Import import =
      read(event("DTSTART;VALUE=DATE:20270327\nRRULE:FREQ=DAILY;COUNT=3\nSUMMARY:Away\n")).value();
  EXPECT_THAT(shown(import), ElementsAre("2027-03-26T23:00:00Z 1440min e Europe/Berlin all-day",
                                         "2027-03-27T23:00:00Z 1380min e Europe/Berlin all-day",
                                         "2027-03-28T22:00:00Z 1440min e Europe/Berlin all-day"));
}

TEST(Recurrence, G4_durations_are_exact_in_time_and_nominal_in_days) {
  const auto minutes = [](const char* lines) {
    return read(event(std::string("DTSTART;TZID=Europe/Berlin:20270327T120000\n") + lines))
               .value()
               .meetings.at(0)
               .duration /
           Milliseconds(60'000);
  };
  EXPECT_EQ(minutes("DURATION:PT1H30M\n"), 90);
  EXPECT_EQ(minutes("DURATION:P1W\n"), 7 * 1440 - 60);
  EXPECT_EQ(minutes("DURATION:P1D\n"), 1440 - 60);
  EXPECT_EQ(minutes("DURATION:P1DT30M\n"), 1440 - 30);
  EXPECT_EQ(minutes("DURATION:PT24H\n"), 1440);
  EXPECT_EQ(minutes("DTEND;TZID=Europe/Berlin:20270328T120000\n"), 1380);
  EXPECT_EQ(minutes("DTEND:20270327T113000Z\n"), 30) << "another zone than DTSTART";
  EXPECT_EQ(minutes(""), 0);
}

TEST(Recurrence, G4_an_exception_replaces_its_instance) {
  const std::string start = "BEGIN:VCALENDAR\n";
  const std::string main =
      "BEGIN:VEVENT\nUID:e\nDTSTART:20270302T090000Z\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n";
  const auto exception = [](const char* lines) {
    return std::string("BEGIN:VEVENT\nUID:e\n") + lines + "END:VEVENT\n";
  };
  const auto meetings = [&](const std::string& events) {
    return shown(read(with_crlf(start + events + "END:VCALENDAR\n")).value());
  };
  const std::string moved =
      exception("RECURRENCE-ID:20270303T090000Z\nDTSTART:20270303T150000Z\nSEQUENCE:1\n");
  const auto expected = ElementsAre("2027-03-02T09:00:00Z 0min e UTC",
                                    "2027-03-03T15:00:00Z 0min e UTC was 2027-03-03T09:00:00Z",
                                    "2027-03-04T09:00:00Z 0min e UTC");
  EXPECT_THAT(meetings(main + moved), expected);
  EXPECT_THAT(meetings(moved + main), expected) << "before its event";
  EXPECT_THAT(
      meetings(main + moved + exception("RECURRENCE-ID:20270303T090000Z\nDTSTART:20270303T160000Z\n")),
      expected)
      << "the one with the higher SEQUENCE counts";
  EXPECT_THAT(meetings(moved), ElementsAre("2027-03-03T15:00:00Z 0min e UTC was 2027-03-03T09:00:00Z"))
      << "without its event";
  EXPECT_THAT(meetings(main + exception("RECURRENCE-ID;VALUE=DATE:20270303\nDTSTART:20270303T150000Z\n")),
              expected)
      << "by the date alone";
  EXPECT_THAT(
      meetings(main +
               exception("RECURRENCE-ID;TZID=Europe/Berlin:20270303T100000\nDTSTART:20270303T150000Z\n")),
      expected)
      << "in another zone";
  EXPECT_THAT(meetings(main + exception("RECURRENCE-ID:20270303T090000Z\nDTSTART:20300101T090000Z\n")),
              ElementsAre("2027-03-02T09:00:00Z 0min e UTC", "2027-03-04T09:00:00Z 0min e UTC"))
      << "moved out of the time span";
}

TEST(Recurrence, G4_what_is_cancelled_is_imported_as_cancelled) {
  EXPECT_THAT(
      shown(read(event("DTSTART:20270302T090000Z\nSTATUS:CANCELLED\nRRULE:FREQ=DAILY;COUNT=2\n")).value()),
      ElementsAre("2027-03-02T09:00:00Z 0min e UTC cancelled", "2027-03-03T09:00:00Z 0min e UTC cancelled"));
  const std::string cancel =
      "BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:e\nDTSTART:20270302T090000Z\nEND:VEVENT\nEND:"
      "VCALENDAR\n";
  EXPECT_THAT(shown(read(cancel).value()), ElementsAre("2027-03-02T09:00:00Z 0min e UTC cancelled"));
}

// The event is what has the highest SEQUENCE, then the latest LAST-MODIFIED, then the last in the file.
TEST(Recurrence, G4_of_two_events_with_one_uid_the_newer_one_counts) {
  const auto meeting = [](const std::string& revision, const std::string& hour) {
    return "BEGIN:VEVENT\nUID:e\n" + revision + "DTSTART:20270302T" + hour + "0000Z\nEND:VEVENT\n";
  };
  const auto starts_of = [&](const std::string& events) {
    return shown(read("BEGIN:VCALENDAR\n" + events + "END:VCALENDAR\n").value().meetings.at(0).start);
  };
  EXPECT_EQ(starts_of(meeting("SEQUENCE:2\n", "10") + meeting("SEQUENCE:1\n", "11")), "2027-03-02T10:00:00Z");
  EXPECT_EQ(starts_of(meeting("LAST-MODIFIED:20270102T000000Z\n", "10") +
                      meeting("LAST-MODIFIED:20270101T000000Z\n", "11")),
            "2027-03-02T10:00:00Z");
  EXPECT_EQ(starts_of(meeting("", "10") + meeting("", "11")), "2027-03-02T11:00:00Z");
}

TEST(Recurrence, G4_only_meetings_of_the_time_span_are_imported) {
  // From 28 February 2027, 00:00, to 4 April 2028, 00:00 (UTC).
  EXPECT_THAT(starts("DTSTART:20270227T220000Z\nDTEND:20270228T000000Z\n"), IsEmpty());
  EXPECT_THAT(starts("DTSTART:20270227T220000Z\nDTEND:20270228T000001Z\n"), SizeIs(1));
  EXPECT_THAT(starts("DTSTART:20270228T000000Z\n"), SizeIs(1));
  EXPECT_THAT(starts("DTSTART:20280403T235959Z\n"), SizeIs(1));
  EXPECT_THAT(starts("DTSTART:20280404T000000Z\n"), IsEmpty());
  EXPECT_THAT(starts("DTSTART:20000101T090000Z\nRRULE:FREQ=DAILY\n"), SizeIs(401));
  EXPECT_THAT(starts("DTSTART:20000101T090000Z\nRRULE:FREQ=DAILY;COUNT=9925\n"), SizeIs(5))
      << "the last is 4 March";
  EXPECT_THAT(starts("DTSTART:20000101T090000Z\nRRULE:FREQ=DAILY;UNTIL=20270301T090000Z\n"),
              ElementsAre("2027-02-28T09:00:00Z", "2027-03-01T09:00:00Z"));
}

}  // namespace
}  // namespace belay::calendar
