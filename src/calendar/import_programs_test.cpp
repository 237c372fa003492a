// Files in the shape that calendar programs write.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/testing/importing.hpp"

namespace belay::calendar {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Import, G4_reads_a_google_calendar) {
  const Import import = read(google_calendar()).value();
  EXPECT_THAT(shown(import),
              ElementsAre("2027-03-09T09:00:00Z 30min weekly-1@google.com Europe/Berlin",
                          "2027-03-11T16:30:00Z 45min single-1@google.com UTC",
                          "2027-03-17T13:00:00Z 60min weekly-1@google.com Europe/Berlin was "
                          "2027-03-16T09:00:00Z",
                          "2027-03-23T09:00:00Z 30min weekly-1@google.com Europe/Berlin",
                          "2027-04-06T08:00:00Z 30min weekly-1@google.com Europe/Berlin cancelled",
                          "2027-04-13T08:00:00Z 30min weekly-1@google.com Europe/Berlin"));
  EXPECT_EQ(import.name, "Coaching, weekly");
  EXPECT_THAT(shown_problems(import), IsEmpty());
  const Meeting& weekly = import.meetings[0];
  EXPECT_EQ(weekly.summary,
            "Goals & next steps; with a title that is long enough to be folded by the program");
  EXPECT_EQ(weekly.sequence, 1);
  EXPECT_EQ(shown(weekly.last_modified.value()), "2027-02-28T12:00:00Z");
  EXPECT_EQ(import.meetings[1].summary, "Grüße 👋");
  EXPECT_EQ(import.meetings[1].recurrence_id, std::nullopt);
  EXPECT_EQ(import.meetings[2].summary, "Goals (moved)");
  EXPECT_EQ(import.meetings[2].sequence, 2);
}

TEST(Import, G4_reads_an_apple_calendar) {
  const Import import = read(apple_calendar(), {}, "Asia/Tokyo").value();
  EXPECT_THAT(
      shown(import),
      ElementsAre("2027-03-10T14:00:00Z 45min 5B7E3F0A-0001-4A7E-9C1D-000000000001 America/New_York",
                  "2027-03-11T23:00:00Z 30min 5B7E3F0A-0001-4A7E-9C1D-000000000003 Asia/Tokyo",
                  "2027-03-12T15:00:00Z 2880min 5B7E3F0A-0001-4A7E-9C1D-000000000002 Asia/Tokyo all-day",
                  "2027-04-14T13:00:00Z 45min 5B7E3F0A-0001-4A7E-9C1D-000000000001 America/New_York",
                  "2027-05-12T13:00:00Z 45min 5B7E3F0A-0001-4A7E-9C1D-000000000001 America/New_York"));
  EXPECT_THAT(shown_problems(import), IsEmpty());
}

TEST(Import, G4_reads_an_outlook_calendar) {
  const Import import = read(outlook_calendar()).value();
  const std::string uid =
      "040000008200E00074C5B7101A82E0080000000000000000000000000000000000000000000000000000001 Europe/Berlin";
  EXPECT_THAT(
      shown(import),
      ElementsAre("2027-03-25T08:00:00Z 30min " + uid, "2027-03-26T08:00:00Z 30min " + uid,
                  "2027-03-27T08:00:00Z 30min " + uid, "2027-03-28T07:00:00Z 30min " + uid,
                  "2027-03-29T07:00:00Z 30min " + uid,
                  "2027-07-01T06:00:00Z 60min custom-zone Customized Time Zone was 2027-06-30T06:00:00Z"));
  EXPECT_THAT(shown_problems(import), IsEmpty());
  EXPECT_EQ(import.meetings[0].summary, "Daily");
}

TEST(Import, G4_line_ends_folds_and_a_byte_order_mark_change_nothing) {
  for (const std::string& file : {google_calendar(), apple_calendar(), outlook_calendar()}) {
    const std::vector<Meeting> expected = read(file).value().meetings;
    std::string lf = file;
    std::erase(lf, '\r');
    std::string cr = file;
    std::erase(cr, '\n');
    // Each line folded at every third byte, also inside of characters.
    std::string folded;
    std::size_t column = 0;
    for (const char c : lf) {
      column = c == '\n' ? 0 : column + 1;
      if (column != 0 && column % 3 == 0) folded += "\r\n ";
      folded += c == '\n' ? "\r\n" : std::string(1, c);
    }
    EXPECT_EQ(read(lf).value().meetings, expected);
    EXPECT_EQ(read(cr).value().meetings, expected);
    EXPECT_EQ(read(folded).value().meetings, expected);
    EXPECT_EQ(read("\xEF\xBB\xBF" + file).value().meetings, expected);
    EXPECT_EQ(read(file.substr(0, file.size() - 2)).value().meetings, expected) << "no end of the last line";
    EXPECT_EQ(read(file + "\r\n\r\n").value().meetings, expected);
  }
}

// A file is only read if it ends with END:VCALENDAR.
TEST(Import, G4_a_file_that_is_cut_off_is_refused_at_every_byte) {
  for (const std::string& file : {google_calendar(), apple_calendar(), outlook_calendar()})
    for (std::size_t size = 0; size + 2 < file.size(); ++size) {
      const Result<Import> import = read(file.substr(0, size));
      ASSERT_FALSE(import) << size;
      ASSERT_EQ(import.error().code, ErrorCode::unprocessable) << size;
      ASSERT_EQ(import.error().field, "file") << size;
      ASSERT_NE(import.error().detail, "") << size;
    }
}

// One byte of the file is lost. What remains is refused, or has other meetings; nothing crashes.
TEST(Import, G4_a_file_with_a_missing_byte_is_read_or_refused) {
  for (const std::string& file : {google_calendar(), apple_calendar(), outlook_calendar()})
    for (std::size_t i = 0; i < file.size(); ++i) {
      std::string broken = file;
      broken.erase(i, 1);
      if (const Result<Import> import = read(broken))
        ASSERT_LE(import->meetings.size(), 410u) << i;  // without UNTIL or COUNT: to the end of the time span
      else
        ASSERT_FALSE(import.error().detail.empty()) << i;
    }
}

}  // namespace
}  // namespace belay::calendar
