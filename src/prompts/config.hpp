// The settings of prompt building.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.hpp"

namespace belay::prompts {

// A persona of the configuration (requirement P3): one with the name of a built-in persona takes its place.
struct PersonaConfig {
  std::string name;                  // letters, digits, dashes and underscores; up to 64
  std::string display_name;          // for people; empty: the name
  std::string prompt;                // the system prompt. Up to 16 KiB
  std::vector<std::string> traits;   // manners, added to the prompt as a list. Up to 32
  bool adapts_to_breathing = false;  // whether a known breathing level is told to the model
};

// Lines that the coach says without a model (requirement P5).
struct CoachLinesConfig {
  std::string phase;               // "warmup", "main" or "cooldown"
  std::string intensity;           // a breathing level: "calm", "moderate", "heavy" or "breathless"
  std::string persona;             // who says them; empty: everybody without lines of their own
  std::vector<std::string> lines;  // 1 … 64
};

struct Config {
  // Words put before every system prompt: what the product is, whom it talks to. Up to 16 KiB.
  std::string preamble;
  // Earlier messages of a conversation that are looked at for a prompt; of these as many whole turns as fit.
  // 0 … 1000.
  std::uint32_t history_messages = 100;
  // Largest part of a model's window that the prompt may fill, in percent. The model's longest answer is kept
  // free in any case. 10 … 95.
  std::uint32_t window_percent = 75;
  // Beside the built-in ones. Up to 64.
  std::vector<PersonaConfig> personas;
  // In place of the built-in ones of the same phase, intensity and persona. Up to 256.
  std::vector<CoachLinesConfig> coach_lines;
};

}  // namespace belay::prompts
