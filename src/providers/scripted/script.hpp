// A script for the scripted provider: the answer to each prompt, its pieces, its speed, and its faults.
//
// Written in TOML. The first answer that matches the newest user message is given. An answer without `match`
// matches every message.
//
//   [[answer]]
//   match = { prefix = "climate" }       # one of exact, prefix, contains, regex (ECMAScript, first KiB only)
//   text = "Sunny."                      # or text_file = "sunny.md" (in the script's folder),
//                                        # or words = 500 (numbered words)
//   pieces = { by = "bytes", size = 3, split_utf8 = true }    # or by = "word" (the default), or "random"
//   reasoning = "It is summer."          # what the model thinks first, a word at a time
//   first_token_delay_ms = 250
//   pace_per_second = 30                 # pieces per second; 0: as fast as they are read
//   usage = { input = 12, output = 3 }   # default: estimated from the text
//   tool_calls = [{ id = "call_1", name = "set_tempo", arguments = '{"bpm": 120}' }]   # in pieces of 8 bytes, or of
//                                        # `size` bytes by = "bytes", where the request wants pieces
//   finish = "stop"                      # or "length", "tool_calls", "content_filter"
//   fault = { kind = "status", status = 429, retry_after_ms = 200, times = 2 }
//
// Faults (Fault::Kind) imitate the faults of real providers. The script is read at start and is immutable
// afterwards, so any thread may match.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "core/types/message.hpp"
#include "providers/scripted/answer_text.hpp"

namespace belay::providers {

struct Fault {
  enum class Kind {
    // Before the first byte, and retried according to the provider's RetryConfig:
    refuse,  // the connection is refused
    status,  // an HTTP error status instead of an answer
    quota,   // 429 because the account's quota is exhausted: not retried
    // After `after_pieces` pieces:
    error,        // an error inside the stream
    truncate,     // the stream ends without an end event
    stall,        // no output until the idle timeout
    garbage,      // the stream continues with invalid data
    broken_utf8,  // one piece is invalid UTF-8; then the answer continues
  };
  Kind kind = Kind::error;
  int status = 503;
  std::optional<Milliseconds> retry_after;
  std::uint64_t after_pieces = 0;
  // Number of attempts that the fault affects, counted over all calls of this answer; 0: every attempt.
  std::uint64_t times = 0;

  bool before_first_byte() const { return kind <= Kind::quota; }
};

struct Match {
  enum class By { all, exact, prefix, contains, regex };
  static constexpr std::size_t kMaxRegexInput = 1024;
  static constexpr std::size_t kMaxRegexPattern = 256;

  By by = By::all;
  std::string text;
  std::regex pattern;

  bool matches(std::string_view message) const;
};

struct ScriptedAnswer {
  Match match;
  std::shared_ptr<const std::string> text;  // unless `words`
  std::optional<std::uint64_t> words;
  std::shared_ptr<const std::string> reasoning;  // null: none
  Cutting cutting;
  std::optional<Milliseconds> first_token_delay;
  std::optional<double> pace_per_second;
  std::optional<Usage> usage;
  std::vector<ToolCall> tool_calls;
  FinishReason finish = FinishReason::stop;
  std::optional<Fault> fault;
};

struct Script {
  std::vector<ScriptedAnswer> answers;
};

// Fails with invalid_request. The detail names file and line, and says what is allowed there.
Result<Script> load_script(const std::string& path);
Result<Script> parse_script(std::string_view toml, const std::string& path);

}  // namespace belay::providers
