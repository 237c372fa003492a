// The settings of prompt building.
#pragma once

#include <cstdint>
#include <string>

#include "base/units.hpp"

namespace belay::prompts {

struct Config {
  // Words put before every system prompt: what the product is, whom it talks to. Up to 16 KiB.
  std::string preamble;
  // Earlier messages of a conversation that are looked at for a prompt; of these as many whole turns as fit.
  // 0 … 1000.
  std::uint32_t history_messages = 100;
  // Largest part of a model's window that the prompt may fill, in percent. The model's longest answer is kept
  // free in any case. 10 … 95.
  std::uint32_t window_percent = 75;
};

}  // namespace belay::prompts
