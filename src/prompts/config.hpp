// The settings of prompt building.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::prompts {

// A persona from the configuration (requirement P3). It replaces a built-in persona with the same name.
struct PersonaConfig {
  std::string name;                  // letters, digits, dashes and underscores; up to 64
  std::string display_name;          // for people; empty: same as name
  std::string prompt;                // the system prompt, up to 16 KiB
  std::vector<std::string> traits;   // behaviours, added to the prompt as a list; up to 32
  bool adapts_to_breathing = false;  // whether the prompt contains the breathing level, if known
};

// Lines that the coach uses without calling a model (requirement P5).
struct CoachLinesConfig {
  std::string phase;      // "warmup", "main" or "cooldown"
  std::string intensity;  // a breathing level: "calm", "moderate", "heavy" or "breathless"
  std::string persona;    // the persona that uses them; empty: all personas without lines of their own
  std::vector<std::string> lines;
};

struct Config {
  // Text before every system prompt: what the product is and whom it talks to. Up to 16 KiB.
  std::string preamble;
  // How many earlier messages of a conversation are read for a prompt. Of these, as many complete turns as
  // fit are used.
  std::uint32_t history_messages = 100;
  // Maximum part of a model's window that the prompt may fill, in percent. In addition, the maximum answer of
  // the model is always kept free.
  std::uint32_t window_percent = 75;
  // Added to the built-in personas. Up to 64.
  std::vector<PersonaConfig> personas;
  // Replace the built-in lines of the same phase, intensity and persona. Up to 256.
  std::vector<CoachLinesConfig> coach_lines;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, Config& config);
// At the top of the file, like [[providers]]: call it in the section without a name.
void declare_personas(Settings& settings, Config& config);

}  // namespace belay::prompts
