// The prompts that the scripted provider answers literally, so that anyone can try any text, length and
// speed.
//
//   echo:TEXT            TEXT                       echo:TEXT @50/s         at 50 pieces a second
//   echo:200 words       0001 0002 … 0200           echo:200 words @50/s    at 50 words a second
//
// The whole message counts; where it does not begin with `echo:`, the text from its first line that does to
// its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace belay::providers {

inline constexpr double kMostPacePerSecond = 1e6;

struct EchoPrompt {
  std::string text;                    // when `words` is not given
  std::optional<std::uint64_t> words;  // numbered words
  std::optional<double> pace_per_second;
};

// Nothing when the message is no echo prompt. Fails with provider_rejected when a count or a pace is out of
// bounds.
Result<std::optional<EchoPrompt>> parse_echo(std::string_view message);

}  // namespace belay::providers
