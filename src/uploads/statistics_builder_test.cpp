#include "uploads/statistics_builder.hpp"

#include <string>

#include <gtest/gtest.h>

namespace belay::uploads {
namespace {

struct Row {
  std::string_view grade, date;
  Outcome outcome = Outcome::sent;
};

Statistics statistics_of(const std::vector<Row>& rows) {
  StatisticsBuilder builder(1'000);
  for (const Row& row : rows) EXPECT_TRUE(builder.add({row.grade, read_date(row.date), row.outcome}));
  return builder.finish();
}

TEST(Statistics, S5_the_send_rate_leaves_out_climbs_without_an_outcome) {
  const Statistics statistics = statistics_of(
      {{"V5", ""}, {"V5", "", Outcome::not_sent}, {"V4", ""}, {"?", ""}, {"V4", "", Outcome::unknown}});
  EXPECT_EQ(statistics.total, (Counts{5, 3, 1}));
  EXPECT_EQ(statistics.total.send_rate(), 0.75);
  EXPECT_FALSE(statistics_of({{"V5", "", Outcome::unknown}}).total.send_rate());
  EXPECT_FALSE(statistics.dates);
  EXPECT_FALSE(statistics.trend);
}

TEST(Statistics, S5_grades_are_listed_by_system_from_hard_to_easy) {
  const Statistics statistics =
      statistics_of({{"6a", ""}, {"V2", ""}, {"5.9", ""}, {"V10", ""}, {"7A", ""}, {"6b", ""}, {"V2", ""}});
  std::string names;
  for (const GradeCounts& each : statistics.grades) names += each.grade.name + ' ';
  EXPECT_EQ(names, "V10 V2 7A 5.9 6b 6a ");
  EXPECT_EQ(statistics.grades[1].counts.climbs, 2u);
}

TEST(Statistics, S5_the_other_dates_decide_whether_the_day_comes_first) {
  const auto last_day = [](const std::vector<Row>& rows) { return to_text(statistics_of(rows).dates->last); };
  EXPECT_EQ(last_day({{"V5", "3/12/2024"}, {"V5", "25/1/2024"}}), "2024-12-03");
  EXPECT_EQ(last_day({{"V5", "3/12/2024"}, {"V5", "1/25/2024"}}), "2024-03-12");
  EXPECT_EQ(last_day({{"V5", "3/12/2024"}}), "2024-03-12");
  EXPECT_TRUE(statistics_of({{"V5", "3/12/2024"}}).guessed_dates);
  EXPECT_FALSE(statistics_of({{"V5", "3/12/2024"}, {"V5", "25/1/2024"}}).guessed_dates);
  EXPECT_FALSE(statistics_of({{"V5", "2024-03-12"}}).guessed_dates);
}

TEST(Statistics, S5_the_trend_compares_the_newest_days_with_as_many_before) {
  const Statistics statistics = statistics_of({{"V5", "2024-01-01"},
                                               {"V4", "2024-01-10"},
                                               {"V4", "2024-01-11", Outcome::not_sent},
                                               {"V5", "2024-01-16"},
                                               {"V5", "2024-01-20"},
                                               {"V6", "2024-01-30", Outcome::not_sent},
                                               {"V7", ""}});
  ASSERT_TRUE(statistics.trend);
  const Trend& trend = *statistics.trend;
  EXPECT_EQ(to_text(trend.recent.first), "2024-01-16");
  EXPECT_EQ(to_text(trend.recent.last), "2024-01-30");
  EXPECT_EQ(to_text(trend.previous.first), "2024-01-01");
  EXPECT_EQ(to_text(trend.previous.last), "2024-01-15");
  EXPECT_EQ(trend.recent.counts, (Counts{3, 2, 1}));
  EXPECT_EQ(trend.previous.counts, (Counts{3, 2, 1}));
  ASSERT_EQ(trend.grades.size(), 3u);
  EXPECT_EQ(trend.grades[0].grade.name, "V6");
  EXPECT_EQ(trend.grades[1].recent.sent, 2u);
  EXPECT_EQ(trend.grades[1].previous.sent, 1u);
}

TEST(Statistics, S5_the_trend_of_a_long_log_has_periods_of_90_days) {
  const Statistics statistics = statistics_of({{"V5", "2020-01-01"}, {"V5", "2024-12-31"}});
  ASSERT_TRUE(statistics.trend);
  EXPECT_EQ(statistics.trend->recent.last - statistics.trend->recent.first + 1, kTrendDays);
  EXPECT_EQ(statistics.trend->previous.last + 1, statistics.trend->recent.first);
}

TEST(Statistics, S5_a_log_of_less_than_two_weeks_has_no_trend) {
  EXPECT_FALSE(statistics_of({{"V5", "2024-01-01"}, {"V5", "2024-01-14"}}).trend);
  EXPECT_TRUE(statistics_of({{"V5", "2024-01-01"}, {"V5", "2024-01-15"}}).trend);
}

TEST(Statistics, S5_the_newest_months_and_their_hardest_send) {
  std::vector<Row> rows = {{"V9", "2024-03-01", Outcome::not_sent},
                           {"V5", "2024-03-02"},
                           {"V4", "2024-03-03"},
                           {"8a", "2024-03-03"}};
  std::vector<std::string> dates;
  for (int year = 2000; year < 2024; ++year) dates.push_back(std::to_string(year) + "-01-01");
  for (const std::string& date : dates) rows.push_back({"V1", date});
  const Statistics statistics = statistics_of(rows);
  ASSERT_EQ(statistics.months.size(), kMaxMonths);
  EXPECT_EQ(statistics.months.front().month, (Month{2001, 1}));
  EXPECT_EQ(statistics.months.back().month, (Month{2024, 3}));
  EXPECT_EQ(statistics.months.back().counts, (Counts{4, 3, 1}));
  EXPECT_EQ(statistics.months.back().hardest->name, "V5");
}

TEST(Statistics, S5_climbs_are_limited) {
  StatisticsBuilder builder(2);
  EXPECT_TRUE(builder.add({"V5"}));
  EXPECT_TRUE(builder.add({"V5"}));
  const auto result = builder.add({"V5"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::payload_too_large);
  EXPECT_EQ(result.error().limit, "uploads.max_climbs");
  EXPECT_EQ(result.error().detail, "The file has more than 2 climbs. Split it into smaller files.");
}

}  // namespace
}  // namespace belay::uploads
