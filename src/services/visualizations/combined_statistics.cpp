#include "services/visualizations/combined_statistics.hpp"

#include <algorithm>
#include <map>

namespace belay::services {
namespace {

using uploads::Counts;
using uploads::Grade;
using uploads::Statistics;

void add(const Counts& more, Counts& sum) {
  sum.climbs += more.climbs;
  sum.sent += more.sent;
  sum.not_sent += more.not_sent;
}

void add_grades(const Statistics& more, Statistics& sum) {
  for (const uploads::GradeCounts& each : more.grades) {
    const auto same = [&](const uploads::GradeCounts& other) { return other.grade == each.grade; };
    const auto found = std::find_if(sum.grades.begin(), sum.grades.end(), same);
    if (found == sum.grades.end())
      sum.grades.push_back(each);
    else
      add(each.counts, found->counts);
  }
}

void add_dates(const Statistics& more, Statistics& sum) {
  if (!more.dates) return;
  const bool is_latest = !sum.dates || more.dates->last > sum.dates->last;
  if (is_latest) sum.trend = more.trend;
  if (!sum.dates) {
    sum.dates = more.dates;
    return;
  }
  sum.dates->first = std::min(sum.dates->first, more.dates->first);
  sum.dates->last = std::max(sum.dates->last, more.dates->last);
  add(more.dates->counts, sum.dates->counts);
}

void add_month(const uploads::MonthCounts& more, uploads::MonthCounts& sum) {
  sum.month = more.month;
  add(more.counts, sum.counts);
  if (!more.hardest) return;
  const bool is_harder =
      sum.hardest && sum.hardest->system == more.hardest->system && more.hardest->rank > sum.hardest->rank;
  if (!sum.hardest || is_harder) sum.hardest = more.hardest;
}

}  // namespace

Statistics combined(const ClimbStatistics& statistics) {
  if (statistics.size() == 1) return *statistics.front();
  Statistics sum;
  std::map<uploads::Month, uploads::MonthCounts> months;
  for (const Statistics* const each : statistics) {
    add(each->total, sum.total);
    sum.unknown_grades += each->unknown_grades;
    sum.without_grade += each->without_grade;
    add_grades(*each, sum);
    add_dates(*each, sum);
    for (const uploads::MonthCounts& month : each->months) add_month(month, months[month.month]);
  }
  std::sort(sum.grades.begin(), sum.grades.end(),
            [](const uploads::GradeCounts& a, const uploads::GradeCounts& b) {
              return comes_before(a.grade, b.grade);
            });
  while (months.size() > uploads::kMaxMonths) months.erase(months.begin());
  for (auto& [name, month] : months) sum.months.push_back(std::move(month));
  return sum;
}

}  // namespace belay::services
