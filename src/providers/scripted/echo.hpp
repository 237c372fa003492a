// Prompts that the scripted provider answers literally, so that anyone can test any text, length and speed.
//
//   echo:TEXT            TEXT                       echo:TEXT @50/s         at 50 pieces per second
//   echo:200 words       0001 0002 … 0200           echo:200 words @50/s    at 50 words per second
//
// If the message begins with `echo:`, the whole message is the prompt. Otherwise the prompt starts at the
// first line that begins with `echo:` and extends to the end of the message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace belay::providers {

inline constexpr double kMaxPacePerSecond = 1e6;

struct EchoPrompt {
  std::string text;                    // if `words` is not given
  std::optional<std::uint64_t> words;  // numbered words
  std::optional<double> pace_per_second;
};

// Returns nothing if the message is no echo prompt. Fails with provider_rejected if a count or a pace is out
// of bounds.
Result<std::optional<EchoPrompt>> parse_echo(std::string_view message);

}  // namespace belay::providers
