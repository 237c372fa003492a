// Personas: named system prompts for conversations (requirement P3).
//
// Four are built in (fitness_coach, calm_coach, drill_sergeant, default). The configuration can change them
// and add others. Immutable after make(), read by every thread. A Choice is valid for as long as the Personas
// object that it came from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "prompts/config.hpp"

namespace belay::prompts {

// How hard a person is breathing, ordered by effort.
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
  // Fails with `invalid_request` if a name is malformed or used twice, or if a new persona has no prompt.
  static Result<Personas> make(const std::vector<PersonaConfig>& configured);

  // Null if the name is unknown.
  const Persona* find(std::string_view name) const;
  // The persona with that name, else the default one. An empty name selects the default one.
  struct Choice {
    const Persona* persona;
    bool fell_back = false;  // a persona was requested that does not exist
  };
  Choice choose(std::string_view name) const;
  // First the built-in personas, then the others in the order of the configuration.
  const std::vector<Persona>& all() const { return personas_; }

 private:
  std::vector<Persona> personas_;
};

// The system prompt: the persona's prompt, its traits as a list, and the breathing level if the persona
// adapts to it. It never contains text from a client.
std::string system_prompt(const Persona& persona, std::optional<Breathing> breathing = {});

}  // namespace belay::prompts
