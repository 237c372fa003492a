#include "uploads/dates.hpp"

#include <string>

#include <gtest/gtest.h>

namespace belay::uploads {
namespace {

// "2024-03-12", "2024-03-12 or 2024-12-03", "none".
std::string read(std::string_view text) {
  const DateReading date = read_date(text);
  if (!date.exists()) return "none";
  if (date.is_ambiguous()) return to_text(date.month_first) + " or " + to_text(date.day_first);
  return to_text(date.month_first != kNoDay ? date.month_first : date.day_first);
}

TEST(Dates, S5_the_usual_forms_are_read) {
  EXPECT_EQ(read("2024-03-12"), "2024-03-12");
  EXPECT_EQ(read(" 2024/3/2 "), "2024-03-02");
  EXPECT_EQ(read("2024-03-12T18:30:00Z"), "2024-03-12");
  EXPECT_EQ(read("2024-03-12 18:30"), "2024-03-12");
  EXPECT_EQ(read("12.03.2024"), "2024-03-12");
  EXPECT_EQ(read("1.2.24"), "2024-02-01");
  EXPECT_EQ(read("12 Mar 2024"), "2024-03-12");
  EXPECT_EQ(read("Mar 12, 2024"), "2024-03-12");
  EXPECT_EQ(read("march 1st 2024"), "2024-03-01");
  EXPECT_EQ(read("3 Sept 2023"), "2023-09-03");
  EXPECT_EQ(read("2024-02-29"), "2024-02-29");
  EXPECT_EQ(read("1969-12-31"), "1969-12-31");
}

TEST(Dates, S5_a_date_with_slashes_keeps_both_meanings) {
  EXPECT_EQ(read("3/12/2024"), "2024-03-12 or 2024-12-03");
  EXPECT_EQ(read("03-12-2024"), "2024-03-12 or 2024-12-03");
  EXPECT_EQ(read("3/25/2024"), "2024-03-25");
  EXPECT_EQ(read("25/3/24"), "2024-03-25");
  EXPECT_EQ(read("5/5/2024"), "2024-05-05");
}

TEST(Dates, S5_what_is_no_date_is_not_read) {
  for (const std::string_view text : {"",
                                      "2024",
                                      "2024-13-01",
                                      "2024-02-30",
                                      "2023-02-29",
                                      "1899-12-31",
                                      "2200-01-01",
                                      "2024-03-12x",
                                      "12.03.024",
                                      "0/0/2024",
                                      "3/12",
                                      "yesterday",
                                      "12 Foo 2024",
                                      "Mar 2024",
                                      "20240312",
                                      "1710201600",
                                      "99999999999999-01-01",
                                      "2024-03-999",
                                      "12.3.",
                                      "--",
                                      "２０２４-03-12"})
    EXPECT_EQ(read(text), "none") << text;
}

}  // namespace
}  // namespace belay::uploads
