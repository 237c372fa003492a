// Personas: named system prompts that a conversation can be held in (requirement P3).
//
// Four are built in (fitness_coach, calm_coach, drill_sergeant, default); the configuration changes them and
// adds others. Immutable after make(), read from every thread; what a request has chosen lives as long as the
// Personas it came from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "prompts/config.hpp"

namespace belay::prompts {

// How hard somebody is breathing, in the order of effort.
enum class Breathing { calm, moderate, heavy, breathless };
inline constexpr std::size_t kBreathingLevels = 4;
std::optional<Breathing> breathing_from(std::string_view name);
std::string_view to_string(Breathing level);

struct Persona {
  std::string name;
  std::string display_name;
  std::string prompt;
  std::vector<std::string> traits;
  bool adapts_to_breathing = false;
};

inline constexpr std::string_view kDefaultPersona = "default";

class Personas {
 public:
  // Fails with `invalid_request` when a name has a wrong form or stands twice, or a new persona has no
  // prompt.
  static Result<Personas> make(const std::vector<PersonaConfig>& configured);

  // Null: unknown.
  const Persona* find(std::string_view name) const;
  // The one of that name, else the default one; an empty name asks for the default one.
  struct Choice {
    const Persona* persona;
    bool fell_back = false;  // another one was asked for, and there is none of that name
  };
  Choice choose(std::string_view name) const;
  // The built-in ones first, then in the order of the configuration.
  const std::vector<Persona>& all() const { return personas_; }

 private:
  std::vector<Persona> personas_;
};

// The system prompt: the persona's words, its traits as a list, and, for one that adapts to it, the breathing
// level. Nothing in it is a client's own text.
std::string system_prompt(const Persona& persona, std::optional<Breathing> breathing = {});

}  // namespace belay::prompts
