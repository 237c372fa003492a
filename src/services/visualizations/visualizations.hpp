// The visualizations of a climber's data (requirement S10): which are possible, which one fits a question, and their data as
// JSON. All of it is computed from statistics of climbs: those of the context, and those of uploads.
//
//   grade pyramid     needs climbs with a known grade
//   training trends   needs climbs in two months at least
//   performance       needs climbs with a known grade in two months at least
//
// Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belay::uploads {
struct Statistics;  // uploads/statistics.hpp, which surfaces do not know
}

namespace belay::services {

enum class Visualization { grade_pyramid, training_trends, performance };
inline constexpr std::array kVisualizations{Visualization::grade_pyramid, Visualization::training_trends,
                                            Visualization::performance};

std::string_view name_of(Visualization view);  // "grade pyramid": for people and for prompts
std::string_view slug_of(Visualization view);  // "grade-pyramid": in addresses

// Statistics of the same climber. They may count the same climb more than once: who gives them decides. None is null.
using ClimbStatistics = std::vector<const uploads::Statistics*>;

// In the order of the enumeration.
std::vector<Visualization> possible_visualizations(const ClimbStatistics& statistics);
// For prompts (prompts/climbing_coach.hpp).
std::vector<std::string> names_of(const std::vector<Visualization>& views);

struct Suggestion {
  Visualization view = Visualization::grade_pyramid;
  std::string text;  // "See your grade pyramid"
  std::string path;  // "/api/visualizations/grade-pyramid", behind the prefix
};
// The one of `possible` that fits the words of the question (English) best; if none fits, the first of grade pyramid,
// performance and training trends that is possible. Nothing if none is possible.
std::optional<Suggestion> suggest(std::string_view question, const std::vector<Visualization>& possible,
                                  std::string_view prefix = {});

// The data of a view, as JSON. If it is not possible, its lists are empty. At most a few hundred grades and 24 months.
//
//   {"view":"grade-pyramid","systems":[{"system":"V-scale","grades":[{"grade":"V5","climbs":3,"sent":2,"not_sent":1},…]}],
//    "unknown_grades":0}
//       The grades from hard to easy. "climbs" also counts those whose outcome is not known.
//   {"view":"training-trends","months":[{"month":"2025-02","climbs":12,"sent":9,"not_sent":3},…],
//    "trend":{"recent":{"from":"2025-01-23","to":"2025-02-21","climbs":12,"sent":9,"not_sent":3},"previous":{…}}}
//       Months with climbs, in order of time. "trend" is null if the dates span less than 14 days.
//   {"view":"performance","months":[{"month":"2025-02","hardest":{"system":"V-scale","grade":"V6","rank":70},
//    "send_rate":0.75},…],"best":[{"system":"V-scale","grade":"V7","rank":80}]}
//       "hardest" is the hardest send (the hardest climb if no outcome is known), or null. Ranks order the grades of one
//       system. "send_rate" is null if no outcome is known.
std::string visualization_data(Visualization view, const ClimbStatistics& statistics);

}  // namespace belay::services
