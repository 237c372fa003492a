#include "ops/declarations/declarations.hpp"

namespace belay::ops {
namespace {

void declare_persona(Settings& row, prompts::PersonaConfig& persona) {
  row.text("name", persona.name, 64,
           "What clients call it: letters, digits, dashes and underscores. A built-in name (fitness_coach, "
           "calm_coach, drill_sergeant, default) changes that persona.")
      .required(R"("yoga_teacher")");
  row.text("display_name", persona.display_name, 128, "What people are shown. Empty: the name.")
      .sample(R"("Yoga teacher")");
  row.text("prompt", persona.prompt, 16'384, "Its system prompt.")
      .required(R"("You teach yoga to beginners.")");
  row.texts("traits", persona.traits, 32, "Manners, added to the prompt as a list.")
      .sample(R"(["Speak softly.", "One pose at a time."])");
  row.truth("adapts_to_breathing", persona.adapts_to_breathing,
            "Whether the model is told the user's breathing level where a client gives it.");
}

void declare_coach_lines(Settings& row, prompts::CoachLinesConfig& lines) {
  row.choice<std::string>("phase", lines.phase,
                          {{"warmup", "warmup"}, {"main", "main"}, {"cooldown", "cooldown"}},
                          "The phase of the workout.")
      .required(R"("main")");
  row.choice<std::string>(
         "intensity", lines.intensity,
         {{"calm", "calm"}, {"moderate", "moderate"}, {"heavy", "heavy"}, {"breathless", "breathless"}},
         "The breathing level.")
      .required(R"("heavy")");
  row.text("persona", lines.persona, 64, "Who says them. Empty: everybody without lines of their own.");
  row.texts("lines", lines.lines, 64, "One of them is said, at random.").required(R"(["HOLD it!"])");
}

}  // namespace

void declare_personas(Settings& settings, prompts::Config& config) {
  settings.rows("personas", config.personas, 64,
                "A persona: a system prompt that clients choose by its name. Read again on SIGHUP.",
                declare_persona);
  settings.rows("coach_lines", config.coach_lines, 256,
                "What POST /coach says without a model, in place of the built-in lines of the same phase, "
                "intensity and persona. Read again on SIGHUP.",
                declare_coach_lines);
}

}  // namespace belay::ops
