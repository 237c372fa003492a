// The coach's one line (requirement P5): breath measurements in, one line out, without calling a model.
//
// The measurements are combined into one breathing level:
//
//   intensity   below 0.25 calm, below 0.55 moderate, below 0.8 heavy, else breathless
//   tempo       45 breaths per minute or more: one level higher
//   volume      below 0.2 while the level is heavy or higher (shallow gasps): one level higher
//   silence     5 s or more without a breath sound: one level lower
//
// Lines are grouped by the phase of the workout and the breathing level. A persona may have lines of its own.
// Immutable after make(), read by every thread.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "prompts/config.hpp"
#include "prompts/personas.hpp"

namespace belay::prompts {

enum class WorkoutPhase { warmup, main, cooldown };
inline constexpr std::size_t kWorkoutPhases = 3;
std::optional<WorkoutPhase> workout_phase_from(std::string_view name);
std::string_view to_string(WorkoutPhase phase);

struct BreathMeasurement {
  double intensity = 0;           // how loud and hard the breathing is, 0 … 1
  std::optional<double> volume;   // how deep the breathing is, 0 … 1
  std::optional<double> tempo;    // breaths per minute
  std::optional<double> silence;  // seconds since the last breath was heard
  WorkoutPhase phase = WorkoutPhase::main;
};

// Pure.
Breathing breathing_of(const BreathMeasurement& breath);

class CoachLines {
 public:
  // Fails with `invalid_request` if a row names an unknown phase or level, has no line, or occurs twice.
  static Result<CoachLines> make(const std::vector<CoachLinesConfig>& configured);

  // Never empty: the persona's own lines, else the lines for all personas.
  const std::vector<std::string>& lines(WorkoutPhase phase, Breathing level, std::string_view persona) const;

 private:
  using Table = std::array<std::array<std::vector<std::string>, kBreathingLevels>, kWorkoutPhases>;
  std::map<std::string, Table, std::less<>> tables_;  // by persona; "": for all personas
};

// The request to a model: a line in the persona's style that fits the measurements.
std::string coaching_request(const BreathMeasurement& breath);
// The first line of an answer, without surrounding quotes; at most `max_code_points` code points.
std::string one_line(std::string_view answer, std::size_t max_code_points);

}  // namespace belay::prompts
