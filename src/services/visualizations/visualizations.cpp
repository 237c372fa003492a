#include "services/visualizations/visualizations.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "services/context/derived_summary.hpp"
#include "services/visualizations/combined_statistics.hpp"

namespace belay::services {
namespace {

using uploads::Counts;
using uploads::Grade;
using uploads::GradeSystem;
using uploads::Statistics;

bool is_possible(Visualization view, const Statistics& statistics) {
  switch (view) {
    case Visualization::grade_pyramid:
      return !statistics.grades.empty();
    case Visualization::training_trends:
      return statistics.months.size() >= 2;
    case Visualization::performance:
      return std::count_if(statistics.months.begin(), statistics.months.end(),
                           [](const uploads::MonthCounts& month) { return month.hardest.has_value(); }) >= 2;
  }
  return false;
}

// "climbs":3,"sent":2,"not_sent":1
std::string members_of(const Counts& counts) {
  return fmt::format(R"("climbs":{},"sent":{},"not_sent":{})", counts.climbs, counts.sent, counts.not_sent);
}

std::string text_of(uploads::Month month) {
  return fmt::format("{:04}-{:02}", month.year, month.month);
}

// Names of grades and systems are ours: nothing in them needs an escape.
std::string json_of(const std::optional<Grade>& grade) {
  if (!grade) return "null";
  return fmt::format(R"({{"system":"{}","grade":"{}","rank":{}}})", to_string(grade->system), grade->name,
                     grade->rank);
}

std::string pyramid(const Statistics& statistics) {
  std::vector<std::string> systems;
  for (const GradeSystem system : uploads::kGradeSystems) {
    std::vector<std::string> grades;
    for (const uploads::GradeCounts& each : statistics.grades)
      if (each.grade.system == system)
        grades.push_back(fmt::format(R"({{"grade":"{}",{}}})", each.grade.name, members_of(each.counts)));
    if (!grades.empty())
      systems.push_back(
          fmt::format(R"({{"system":"{}","grades":[{}]}})", to_string(system), fmt::join(grades, ",")));
  }
  return fmt::format(R"("systems":[{}],"unknown_grades":{})", fmt::join(systems, ","),
                     statistics.unknown_grades);
}

std::string period(const uploads::Period& period) {
  return fmt::format(R"({{"from":"{}","to":"{}",{}}})", uploads::to_text(period.first),
                     uploads::to_text(period.last), members_of(period.counts));
}

std::string training(const Statistics& statistics) {
  std::vector<std::string> months;
  for (const uploads::MonthCounts& month : statistics.months)
    months.push_back(fmt::format(R"({{"month":"{}",{}}})", text_of(month.month), members_of(month.counts)));
  std::string trend = "null";
  if (statistics.trend)
    trend = fmt::format(R"({{"recent":{},"previous":{}}})", period(statistics.trend->recent),
                        period(statistics.trend->previous));
  return fmt::format(R"("months":[{}],"trend":{})", fmt::join(months, ","), trend);
}

std::string performance(const Statistics& statistics) {
  std::vector<std::string> months, best;
  for (const uploads::MonthCounts& month : statistics.months) {
    const auto rate = month.counts.send_rate();
    months.push_back(fmt::format(R"({{"month":"{}","hardest":{},"send_rate":{}}})", text_of(month.month),
                                 json_of(month.hardest), rate ? fmt::format("{:.4g}", *rate) : "null"));
  }
  for (const GradeSystem system : uploads::kGradeSystems)
    if (const auto grade = best_grade(statistics, system)) best.push_back(json_of(grade));
  return fmt::format(R"("months":[{}],"best":[{}])", fmt::join(months, ","), fmt::join(best, ","));
}

// ---- Suggestions

// Words, or beginnings of words, that speak for a view.
struct Words {
  Visualization view;
  std::vector<std::string_view> beginnings;
};
// Where two views have as many words, the first one is meant.
const std::vector<Words>& words_of_views() {
  static const std::vector<Words> words{
      {Visualization::performance,
       {"progress", "improv", "better", "performan", "plateau", "compar", "stronger", "stuck", "advanc",
        "develop", "trend", "best", "hardest", "record", "season", "rate", "success", "result", "lately"}},
      {Visualization::training_trends,
       {"train",     "plan",      "week",     "month",     "schedul",     "session", "volume",
        "often",     "rest",      "recover",  "routine",   "habit",       "workout", "exercis",
        "drill",     "endur",     "strength", "hangboard", "fingerboard", "campus",  "injur",
        "overtrain", "consisten", "frequen",  "load",      "deload",      "day",     "warm"}},
      {Visualization::grade_pyramid,
       {"grade", "pyramid", "level", "base", "average", "difficult", "harder", "project", "break", "redpoint",
        "onsight", "flash", "send", "boulder", "route", "distribut"}},
  };
  return words;
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '+';
}

std::vector<std::string> words_in(std::string_view question) {
  std::vector<std::string> words(1);
  for (const char each : question) {
    const char c = each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    if (is_word_character(c))
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  return words;
}

// "v8", "5.11a", "6c+": a grade in a question is about grades.
bool is_grade(std::string_view word) {
  while (word.ends_with('.')) word.remove_suffix(1);
  return word.size() >= 2 && uploads::read_grade(word).has_value();
}

int score_of(const Words& about, const std::vector<std::string>& words) {
  int score = 0;
  for (const std::string& word : words) {
    score += std::any_of(about.beginnings.begin(), about.beginnings.end(),
                         [&](std::string_view beginning) { return word.starts_with(beginning); });
    score += about.view == Visualization::grade_pyramid && is_grade(word);
  }
  return score;
}

Suggestion suggestion_of(Visualization view, std::string_view prefix) {
  return {view,
          fmt::format("See your {}{}", name_of(view), view == Visualization::performance ? " over time" : ""),
          fmt::format("{}/api/visualizations/{}", prefix, slug_of(view))};
}

}  // namespace

std::string_view name_of(Visualization view) {
  switch (view) {
    case Visualization::grade_pyramid:
      return "grade pyramid";
    case Visualization::training_trends:
      return "training trends";
    case Visualization::performance:
      return "performance";
  }
  return {};
}

std::string_view slug_of(Visualization view) {
  switch (view) {
    case Visualization::grade_pyramid:
      return "grade-pyramid";
    case Visualization::training_trends:
      return "training-trends";
    case Visualization::performance:
      return "performance";
  }
  return {};
}

std::vector<Visualization> possible_visualizations(const ClimbStatistics& statistics) {
  const Statistics all = combined(statistics);
  std::vector<Visualization> possible;
  for (const Visualization view : kVisualizations)
    if (is_possible(view, all)) possible.push_back(view);
  return possible;
}

std::vector<std::string> names_of(const std::vector<Visualization>& views) {
  std::vector<std::string> names;
  for (const Visualization view : views) names.emplace_back(name_of(view));
  return names;
}

std::optional<Suggestion> suggest(std::string_view question, const std::vector<Visualization>& possible,
                                  std::string_view prefix) {
  const auto has = [&](Visualization view) {
    return std::find(possible.begin(), possible.end(), view) != possible.end();
  };
  // A question is a few lines. Of a long one, the beginning tells.
  constexpr std::size_t kMaxQuestion = 4'096;
  const std::vector<std::string> words = words_in(question.substr(0, kMaxQuestion));
  std::optional<Visualization> best;
  int best_score = 0;
  for (const Words& about : words_of_views()) {
    const int score = has(about.view) ? score_of(about, words) : 0;
    if (score > best_score) best = about.view;
    best_score = std::max(best_score, score);
  }
  for (const Visualization view :
       {Visualization::grade_pyramid, Visualization::performance, Visualization::training_trends})
    if (!best && has(view)) best = view;
  if (!best) return std::nullopt;
  return suggestion_of(*best, prefix);
}

std::string visualization_data(Visualization view, const ClimbStatistics& statistics) {
  const Statistics all = combined(statistics);
  std::string members;
  switch (view) {
    case Visualization::grade_pyramid:
      members = pyramid(all);
      break;
    case Visualization::training_trends:
      members = training(all);
      break;
    case Visualization::performance:
      members = performance(all);
      break;
  }
  return fmt::format(R"({{"view":"{}",{}}})", slug_of(view), members);
}

}  // namespace belay::services
