#include "uploads/statistics_builder.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "uploads/format.hpp"
#include "uploads/safe_text.hpp"

namespace belay::uploads {
namespace {

constexpr Day kShortestTrend = 14;
constexpr std::size_t kMaxSampleBytes = 24;

void count(Counts& counts, Outcome outcome) {
  ++counts.climbs;
  counts.sent += outcome == Outcome::sent;
  counts.not_sent += outcome == Outcome::not_sent;
}

// The system that most climbs have. `grades` must not be empty.
GradeSystem main_system(const std::vector<GradeCounts>& grades) {
  std::array<std::uint64_t, 4> climbs{};
  for (const GradeCounts& each : grades)
    climbs[static_cast<std::size_t>(each.grade.system)] += each.counts.climbs;
  return static_cast<GradeSystem>(std::max_element(climbs.begin(), climbs.end()) - climbs.begin());
}

bool contains(const Period& period, Day day) {
  return day != kNoDay && day >= period.first && day <= period.last;
}

}  // namespace

std::optional<double> Counts::send_rate() const {
  if (sent + not_sent == 0) return std::nullopt;
  return static_cast<double>(sent) / (sent + not_sent);
}

Result<> StatisticsBuilder::add(const ClimbText& climb) {
  if (climbs_.size() == max_climbs_) {
    Error error = make_error(
        ErrorCode::payload_too_large,
        fmt::format("The file has more than {} climbs. Split it into smaller files.", max_climbs_), "file");
    error.limit = "uploads.max_climbs";
    return error;
  }
  std::uint16_t grade = kNoGrade;
  if (!trimmed(climb.grade).empty()) {
    const auto known = read_grade(climb.grade, climb.discipline);
    grade = known ? index_of(*known) : kUnknownGrade;
    if (!known) note_unknown(climb.grade);
  }
  climbs_.push_back({climb.date, grade, climb.outcome});
  return {};
}

void StatisticsBuilder::set_missing_dates(std::size_t first, DateReading date) {
  for (std::size_t i = first; i < climbs_.size(); ++i)
    if (!climbs_[i].date.exists()) climbs_[i].date = date;
}

void StatisticsBuilder::set_missing_outcome(Outcome outcome) {
  if (climbs_.back().outcome == Outcome::unknown) climbs_.back().outcome = outcome;
}

std::uint16_t StatisticsBuilder::index_of(const Grade& grade) {
  // The names are ours, so there are only as many as the systems have grades.
  const auto [found, is_new] =
      indexes_.try_emplace({grade.system, grade.name}, static_cast<std::uint16_t>(grades_.size()));
  if (is_new) grades_.push_back(grade);
  return found->second;
}

void StatisticsBuilder::note_unknown(std::string_view grade) {
  if (unknown_samples_.size() == kMaxUnknownSamples) return;
  std::string sample = safe_text(trimmed(grade), kMaxSampleBytes);
  if (std::find(unknown_samples_.begin(), unknown_samples_.end(), sample) == unknown_samples_.end())
    unknown_samples_.push_back(std::move(sample));
}

Statistics StatisticsBuilder::finish() const {
  Statistics statistics;
  statistics.unknown_samples = unknown_samples_;
  count_grades(statistics);
  count_days(statistics);
  return statistics;
}

void StatisticsBuilder::count_grades(Statistics& statistics) const {
  for (const Grade& grade : grades_) statistics.grades.push_back({grade, {}});
  for (const Climb& climb : climbs_) {
    count(statistics.total, climb.outcome);
    statistics.unknown_grades += climb.grade == kUnknownGrade;
    statistics.without_grade += climb.grade == kNoGrade;
    if (climb.grade < grades_.size()) count(statistics.grades[climb.grade].counts, climb.outcome);
  }
  std::sort(statistics.grades.begin(), statistics.grades.end(),
            [](const GradeCounts& a, const GradeCounts& b) { return comes_before(a.grade, b.grade); });
}

// Whether dates like 3/12/2024 have the day first. The dates that have only one meaning decide.
bool StatisticsBuilder::day_comes_first(Statistics& statistics) const {
  std::size_t day_first = 0, month_first = 0, ambiguous = 0;
  for (const Climb& climb : climbs_) {
    ambiguous += climb.date.is_ambiguous();
    day_first += climb.date.month_first == kNoDay && climb.date.day_first != kNoDay;
    month_first += climb.date.day_first == kNoDay && climb.date.month_first != kNoDay;
  }
  statistics.guessed_dates = ambiguous != 0 && day_first == month_first;
  return day_first > month_first;
}

void StatisticsBuilder::count_days(Statistics& statistics) const {
  const bool day_first = day_comes_first(statistics);
  std::vector<Day> days;
  days.reserve(climbs_.size());
  for (const Climb& climb : climbs_) {
    const Day wanted = day_first ? climb.date.day_first : climb.date.month_first;
    const Day other = day_first ? climb.date.month_first : climb.date.day_first;
    days.push_back(wanted != kNoDay ? wanted : other);
    const Day day = days.back();
    if (day == kNoDay) continue;
    if (!statistics.dates) statistics.dates = Period{day, day, {}};
    statistics.dates->first = std::min(statistics.dates->first, day);
    statistics.dates->last = std::max(statistics.dates->last, day);
    count(statistics.dates->counts, climb.outcome);
  }
  if (!statistics.dates) return;
  count_months(statistics, days);
  if (statistics.dates->last - statistics.dates->first >= kShortestTrend) compare_periods(statistics, days);
}

void StatisticsBuilder::count_months(Statistics& statistics, const std::vector<Day>& days) const {
  const auto system = statistics.grades.empty() ? GradeSystem::v_scale : main_system(statistics.grades);
  std::map<Month, MonthCounts> months;
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (days[i] == kNoDay) continue;
    const Climb& climb = climbs_[i];
    MonthCounts& month = months[month_of(days[i])];
    count(month.counts, climb.outcome);
    if (climb.grade >= grades_.size()) continue;
    if (statistics.has_outcomes() && climb.outcome != Outcome::sent) continue;
    const Grade& grade = grades_[climb.grade];
    if (grade.system != system) continue;
    if (!month.hardest || grade.rank > month.hardest->rank) month.hardest = grade;
  }
  while (months.size() > kMaxMonths) months.erase(months.begin());
  for (auto& [name, month] : months) {
    month.month = name;
    statistics.months.push_back(std::move(month));
  }
}

void StatisticsBuilder::compare_periods(Statistics& statistics, const std::vector<Day>& days) const {
  const Day span = statistics.dates->last - statistics.dates->first + 1;
  const Day length = std::min<Day>(kTrendDays, span / 2);
  const Day last = statistics.dates->last;
  Trend trend;
  trend.recent = {last - length + 1, last, {}};
  trend.previous = {last - 2 * length + 1, last - length, {}};
  std::vector<Trend::OfGrade> grades(grades_.size());
  for (std::size_t i = 0; i < days.size(); ++i) {
    const Climb& climb = climbs_[i];
    const bool is_recent = contains(trend.recent, days[i]);
    if (!is_recent && !contains(trend.previous, days[i])) continue;
    count(is_recent ? trend.recent.counts : trend.previous.counts, climb.outcome);
    if (climb.grade >= grades_.size()) continue;
    count(is_recent ? grades[climb.grade].recent : grades[climb.grade].previous, climb.outcome);
  }
  for (std::size_t i = 0; i < grades.size(); ++i) {
    if (grades[i].recent.climbs + grades[i].previous.climbs == 0) continue;
    grades[i].grade = grades_[i];
    trend.grades.push_back(std::move(grades[i]));
  }
  std::sort(trend.grades.begin(), trend.grades.end(),
            [](const Trend::OfGrade& a, const Trend::OfGrade& b) { return comes_before(a.grade, b.grade); });
  statistics.trend = std::move(trend);
}

}  // namespace belay::uploads
