// Prompts that the scripted provider answers literally, so that anyone can test any text, length and speed.
//
//   echo:TEXT            TEXT                       echo:TEXT @50/s         at 50 pieces per second
//   echo:200 words       0001 0002 … 0200           echo:200 words @50/s    at 50 words per second
//   call:NAME {"a":1}    a call of this tool        call:NAME {} @50/s      at 50 pieces per second
//   show:sampling        what the request wants of the model, as JSON
//   show:message         the parts of the user's message, as JSON
//
// If the message begins with one of these, the whole message is the prompt. Otherwise the prompt starts at the
// first line that begins with `echo:` and extends to the end of the message. Several lines with `call:` are several
// calls. When their results have come, the answer is the results.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/message.hpp"

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

struct CallPrompt {
  std::vector<ToolCall> calls;
  std::optional<double> pace_per_second;
};
// The same for `call:`. The ids are "call_1", "call_2" and so on.
Result<std::optional<CallPrompt>> parse_calls(std::string_view message);

}  // namespace belay::providers
