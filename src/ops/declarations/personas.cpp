#include "ops/declarations/declarations.hpp"

namespace belay::ops {
namespace {

void declare_persona(Settings& row, prompts::PersonaConfig& persona) {
  row.string("name", persona.name, 64,
             "The name that clients use for it: letters, digits, dashes and underscores. A built-in name "
             "(fitness_coach, calm_coach, drill_sergeant, default) changes that persona.")
      .required(R"("yoga_teacher")");
  row.string("display_name", persona.display_name, 128, "The name that people see. Empty: the name above.")
      .sample(R"("Yoga teacher")");
  row.string("prompt", persona.prompt, 16'384, "Its system prompt.")
      .required(R"("You teach yoga to beginners.")");
  row.string_list("traits", persona.traits, 32, "Traits of its style, added to the prompt as a list.")
      .sample(R"(["Speak softly.", "One pose at a time."])");
  row.boolean("adapts_to_breathing", persona.adapts_to_breathing,
              "Whether the prompt contains the user's breathing level, if the client sends it.");
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
  row.string("persona", lines.persona, 64,
             "The persona that says them. Empty: every persona without lines of its own.");
  row.string_list("lines", lines.lines, 64, "The lines. One of them is chosen at random.")
      .required(R"(["HOLD it!"])");
}

}  // namespace

void declare_personas(Settings& settings, prompts::Config& config) {
  settings.table_array("personas", config.personas, 64,
                       "A persona: a system prompt that clients choose by its name. Read again on SIGHUP.",
                       declare_persona);
  settings.table_array("coach_lines", config.coach_lines, 256,
                       "Lines that POST /coach returns without a model, instead of the built-in lines of the "
                       "same phase, intensity and persona. Read again on SIGHUP.",
                       declare_coach_lines);
}

}  // namespace belay::ops
