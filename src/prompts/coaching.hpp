// The coach's one line (requirement P5): breath measurements in, a line out, without a model.
//
// The measurements come to one breathing level:
//
//   intensity   below 0.25 calm, below 0.55 moderate, below 0.8 heavy, else breathless
//   tempo       45 breaths a minute or more raise it by one
//   volume      below 0.2 while it is heavy or more: shallow gasps, raised by one
//   silence     5 s or more without a breath sound lower it by one
//
// Lines are kept by phase of the workout and level; a persona may have its own. Immutable after make(), read
// from every thread.
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
  double intensity = 0;           // how loud and hard, 0 … 1
  std::optional<double> volume;   // how deep, 0 … 1
  std::optional<double> tempo;    // breaths a minute
  std::optional<double> silence;  // seconds since the last breath was heard
  WorkoutPhase phase = WorkoutPhase::main;
};

// Pure.
Breathing breathing_of(const BreathMeasurement& breath);

class CoachLines {
 public:
  // Fails with `invalid_request` when a row names no phase or level, has no line, or stands twice.
  static Result<CoachLines> make(const std::vector<CoachLinesConfig>& configured);

  // Never empty: the persona's own lines, else those for everybody.
  const std::vector<std::string>& lines(WorkoutPhase phase, Breathing level, std::string_view persona) const;

 private:
  using Table = std::array<std::array<std::vector<std::string>, kBreathingLevels>, kWorkoutPhases>;
  std::map<std::string, Table, std::less<>> tables_;  // by persona; "": for everybody
};

// What a model is asked for: a line in the persona's manner that fits the measurements.
std::string coaching_request(const BreathMeasurement& breath);
// The first line of an answer, without quotes around it; at most `most_code_points`.
std::string one_line(std::string_view answer, std::size_t most_code_points);

}  // namespace belay::prompts
