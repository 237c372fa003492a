#include "prompts/personas.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace belay::prompts {
namespace {

constexpr std::array<std::string_view, kBreathingLevels> kLevels = {"calm", "moderate", "heavy",
                                                                    "breathless"};

std::vector<Persona> built_in() {
  return {
      {"fitness_coach",
       "Fitness coach",
       "You coach somebody through a workout and talk to them while they move. You want them to finish "
       "stronger than they began, and to come back tomorrow.",
       {"Keep it short and powerful: one or two sentences, words that carry over heavy breathing.",
        "Put the word that should hit hardest in CAPS; never a whole paragraph.",
        "Fit your pace to the user's breathing: more drive while it is easy, fewer words and more calm as it "
        "gets hard.",
        "Answer a question about training first, then push.",
        "When pain, dizziness or chest pressure is mentioned, stop the workout and say whom to see."},
       true},
      {"calm_coach",
       "Calm coach",
       "You help somebody to come to rest: in a pause, after a workout, before sleep. You have time.",
       {"Speak gently and support what the user does; nothing here is a contest.",
        "Lead the attention to the breath and to what the body feels now.",
        "Offer one small step at a time, as an invitation.",
        "No exclamation marks, no capitals for emphasis.",
        "When somebody is in distress beyond a coach's help, say so kindly and name where help is."},
       true},
      {"drill_sergeant",
       "Drill sergeant",
       "You drive somebody through training in the manner of a hard instructor who has never lost a "
       "recruit. You demand much because you think much of them.",
       {"Demanding and intense: orders, not suggestions; short ones.",
        "No excuse is accepted. Answer it with the next thing to do.",
        "Tough on effort, never on the person: no insults, nothing about looks, origin or worth.",
        "Safety comes before toughness: at sharp pain, dizziness or gasping, order a halt and a rest at "
        "once.",
        "Praise is rare, plain and earned."},
       false},
      {std::string(kDefaultPersona),
       "Assistant",
       "You are a helpful assistant. Be accurate and plain; say so when you do not know.",
       {},
       false},
  };
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string_view advice(Breathing level) {
  switch (level) {
    case Breathing::calm:
      return "calm: there is strength to spare.";
    case Breathing::moderate:
      return "moderate: the work is steady.";
    case Breathing::heavy:
      return "heavy: near the limit. Few words; keep the rhythm.";
    case Breathing::breathless:
      return "breathless: beyond the limit. Slow down, breathe out long, no more pushing now.";
  }
  return {};
}

}  // namespace

std::optional<Breathing> breathing_from(std::string_view name) {
  for (std::size_t i = 0; i < kLevels.size(); ++i)
    if (kLevels[i] == name) return static_cast<Breathing>(i);
  return std::nullopt;
}

std::string_view to_string(Breathing level) {
  return kLevels[static_cast<std::size_t>(level)];
}

Result<Personas> Personas::make(const std::vector<PersonaConfig>& configured) {
  Personas personas;
  personas.personas_ = built_in();
  std::vector<std::string_view> seen;
  for (const PersonaConfig& row : configured) {
    if (!is_name(row.name))
      return make_error(
          ErrorCode::invalid_request,
          "The persona \"" + row.name + "\" needs a name of 1 to 64 letters, digits, dashes and underscores.",
          "personas");
    if (std::find(seen.begin(), seen.end(), row.name) != seen.end())
      return make_error(ErrorCode::invalid_request, "The persona \"" + row.name + "\" is declared twice.",
                        "personas");
    seen.push_back(row.name);
    if (row.prompt.empty())
      return make_error(ErrorCode::invalid_request, "The persona \"" + row.name + "\" has no prompt.",
                        "personas");
    Persona persona{row.name, row.display_name.empty() ? row.name : row.display_name, row.prompt, row.traits,
                    row.adapts_to_breathing};
    const auto same = std::find_if(personas.personas_.begin(), personas.personas_.end(),
                                   [&](const Persona& known) { return known.name == row.name; });
    if (same == personas.personas_.end())
      personas.personas_.push_back(std::move(persona));
    else
      *same = std::move(persona);
  }
  return personas;
}

const Persona* Personas::find(std::string_view name) const {
  const auto found = std::find_if(personas_.begin(), personas_.end(),
                                  [&](const Persona& persona) { return persona.name == name; });
  return found == personas_.end() ? nullptr : &*found;
}

Personas::Choice Personas::choose(std::string_view name) const {
  if (const Persona* persona = find(name.empty() ? kDefaultPersona : name)) return {persona};
  return {find(kDefaultPersona), true};
}

std::string system_prompt(const Persona& persona, std::optional<Breathing> breathing) {
  std::string text = persona.prompt;
  if (!persona.traits.empty()) text += "\n\nYour manner:";
  for (const std::string& trait : persona.traits) text += "\n- " + trait;
  if (persona.adapts_to_breathing && breathing)
    text += fmt::format("\n\nThe user's breathing just now is {}", advice(*breathing));
  return text;
}

}  // namespace belay::prompts
