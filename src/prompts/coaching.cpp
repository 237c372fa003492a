#include "prompts/coaching.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace belay::prompts {
namespace {

constexpr std::array<std::string_view, kWorkoutPhases> kPhases = {"warmup", "main", "cooldown"};

// The built-in lines for all personas, by phase, then by level.
const std::vector<std::string> kBuiltIn[kWorkoutPhases][kBreathingLevels] = {
    {
        {"Nice and easy. Let the shoulders drop.", "Good start. A little more swing in the arms."},
        {"You are warming up. Hold this pace.", "Steady. Breathe in through the nose."},
        {"That is early for so much effort. Ease off a little.", "Slower. This is only the warm-up."},
        {"Stop pushing. Walk, and breathe out long.", "Too hard, too soon. Shake it out and start again."},
    },
    {
        {"You have more. Pick it up!", "Too easy. One gear higher, NOW!"},
        {"Right there. Keep that rhythm.", "Strong and steady. Stay with it."},
        {"This is the work. HOLD it!", "Drive! Out with the air, on with the step."},
        {"Ease off. Three long breaths out.", "Back down one gear, get your breath, then go on."},
    },
    {
        {"Well done. Let the breath get longer.", "Good. Feel how quiet it gets."},
        {"Slower now. Out for twice as long as in.", "Let it come down. Nothing left to prove."},
        {"Walk it off. Long breaths, loose arms.", "The work is over. Let your pulse come down."},
        {"Stand still, hands on your knees, breathe out slowly.",
         "Sit down if you need to. Breathe out, and out again."},
    },
};

template <std::size_t N>
std::optional<std::size_t> index_of(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

Error bad_row(std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), "coach_lines");
}

}  // namespace

std::optional<WorkoutPhase> workout_phase_from(std::string_view name) {
  const auto index = index_of(kPhases, name);
  if (!index) return std::nullopt;
  return static_cast<WorkoutPhase>(*index);
}

std::string_view to_string(WorkoutPhase phase) {
  return kPhases[static_cast<std::size_t>(phase)];
}

Breathing breathing_of(const BreathMeasurement& breath) {
  int level = breath.intensity < 0.25 ? 0 : breath.intensity < 0.55 ? 1 : breath.intensity < 0.8 ? 2 : 3;
  const bool shallow = level >= 2 && breath.volume && *breath.volume < 0.2;
  if (breath.tempo && *breath.tempo >= 45) ++level;
  if (shallow) ++level;
  if (breath.silence && *breath.silence >= 5) --level;
  return static_cast<Breathing>(std::clamp(level, 0, static_cast<int>(kBreathingLevels) - 1));
}

Result<CoachLines> CoachLines::make(const std::vector<CoachLinesConfig>& configured) {
  CoachLines coach;
  for (const CoachLinesConfig& row : configured) {
    const auto phase = workout_phase_from(row.phase);
    if (!phase) return bad_row("coach_lines: phase must be \"warmup\", \"main\" or \"cooldown\".");
    const auto level = breathing_from(row.intensity);
    if (!level)
      return bad_row("coach_lines: intensity must be \"calm\", \"moderate\", \"heavy\" or \"breathless\".");
    auto& lines =
        coach.tables_[row.persona][static_cast<std::size_t>(*phase)][static_cast<std::size_t>(*level)];
    if (!lines.empty())
      return bad_row("coach_lines: phase " + row.phase + " with intensity " + row.intensity +
                     " stands twice for one persona.");
    lines = row.lines;
    std::erase(lines, "");
    if (lines.empty())
      return bad_row("coach_lines: phase " + row.phase + " with intensity " + row.intensity +
                     " has no line.");
  }
  Table& everybody = coach.tables_[""];
  for (std::size_t phase = 0; phase < kWorkoutPhases; ++phase)
    for (std::size_t level = 0; level < kBreathingLevels; ++level)
      if (everybody[phase][level].empty()) everybody[phase][level] = kBuiltIn[phase][level];
  return coach;
}

const std::vector<std::string>& CoachLines::lines(WorkoutPhase phase, Breathing level,
                                                  std::string_view persona) const {
  const auto of = [&](const Table& table) -> const std::vector<std::string>& {
    return table[static_cast<std::size_t>(phase)][static_cast<std::size_t>(level)];
  };
  if (const auto own = tables_.find(persona); own != tables_.end() && !of(own->second).empty())
    return of(own->second);
  return of(tables_.find("")->second);
}

std::string coaching_request(const BreathMeasurement& breath) {
  std::string text = fmt::format(
      "Say one short line to me, at most fifteen words, no quotation marks, for this moment of my workout.\n"
      "Phase: {}. Breathing: {}. Intensity {:.2f} of 1.",
      to_string(breath.phase), to_string(breathing_of(breath)), breath.intensity);
  auto out = std::back_inserter(text);
  if (breath.volume) fmt::format_to(out, " Depth of breath {:.2f} of 1.", *breath.volume);
  if (breath.tempo) fmt::format_to(out, " {:.0f} breaths a minute.", *breath.tempo);
  if (breath.silence) fmt::format_to(out, " No breath heard for {:.1f} s.", *breath.silence);
  return text;
}

std::string one_line(std::string_view answer, std::size_t max_code_points) {
  constexpr std::string_view kBlank = " \t\r\n";
  answer.remove_prefix(std::min(answer.find_first_not_of(kBlank), answer.size()));
  answer = answer.substr(0, answer.find_first_of("\r\n"));
  if (const auto last = answer.find_last_not_of(kBlank); last != std::string_view::npos)
    answer = answer.substr(0, last + 1);
  if (answer.size() >= 2 && answer.front() == '"' && answer.back() == '"')
    answer = answer.substr(1, answer.size() - 2);
  std::string line(answer);
  std::size_t end = 0;
  for (std::size_t characters = 0; end < line.size() && characters < max_code_points; ++characters) do
      ++end;
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80);
  line.resize(end);
  return line;
}

}  // namespace belay::prompts
