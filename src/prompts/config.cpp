#include "prompts/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::prompts {
namespace {

void declare_persona(Settings& row, PersonaConfig& persona) {
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

void declare_coach_lines(Settings& row, CoachLinesConfig& lines) {
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

void declare(Settings& settings, Config& config) {
  settings.section("prompts", "How a request becomes a prompt.");
  settings.string("preamble", config.preamble, 16'384,
                  "Text before every system prompt: what the product is, whom it talks to.");
  settings.integer(
      "history_messages", config.history_messages, {0, 1000, "messages"},
      "How many earlier messages of a conversation are read. As many whole turns of them are sent as fit.");
  settings.integer("window_percent", config.window_percent, {10, 95, "percent"},
                   "Largest part of a model's window that the prompt may fill. Space for the model's longest "
                   "answer, max_output, is always kept free.");
}

void declare_personas(Settings& settings, Config& config) {
  settings.table_array("personas", config.personas, 64,
                       "A persona: a system prompt that clients choose by its name. Read again on SIGHUP.",
                       declare_persona);
  settings.table_array("coach_lines", config.coach_lines, 256,
                       "Lines that POST /coach returns without a model, instead of the built-in lines of the "
                       "same phase, intensity and persona. Read again on SIGHUP.",
                       declare_coach_lines);
}

}  // namespace belay::prompts
