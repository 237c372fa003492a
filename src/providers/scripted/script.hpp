// A script: which prompt gets which answer, in what pieces, how fast, and what goes wrong on the way.
//
// Written in TOML; the first answer that matches the newest user message is given, an answer without `match`
// matches all:
//
//   [[answer]]
//   match = { prefix = "weather" }     # one of exact, prefix, contains, regex (ECMAScript, on the first KiB)
//   text = "Sunny."                    # or text_file = "sunny.md" (beside the script), or words = 500
//   (numbered) pieces = { by = "bytes", size = 3, split_utf8 = true }    # or by = "word" (the default), or
//   "random" first_token_delay_ms = 250 pace_per_second = 30               # pieces; 0: as fast as they are
//   taken usage = { input = 12, output = 3 } # default: estimated from the text tool_calls = [{ id =
//   "call_1", name = "set_tempo", arguments = '{"bpm": 120}' }] finish = "stop"                    # or
//   "length", "tool_calls", "content_filter" fault = { kind = "status", status = 429, retry_after_ms = 200,
//   times = 2 }
//
// Faults (Fault::Kind) imitate what real providers do. Read at start; immutable afterwards, so any thread may
// match.
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
#include "core/chat.hpp"
#include "providers/scripted/answer_text.hpp"

namespace belay::providers {

struct Fault {
  enum class Kind {
    // Before the first byte, and retried as the provider's RetryConfig says:
    refuse,  // the connection is refused
    status,  // an HTTP status instead of an answer
    quota,   // 429 because the account is used up: not retried
    // After `after_pieces` pieces:
    error,        // an error inside the stream
    truncate,     // the stream ends without saying so
    stall,        // silence until the idle time-out
    garbage,      // what follows is no stream of this dialect
    broken_utf8,  // one piece that is no UTF-8; then the answer goes on
  };
  Kind kind = Kind::error;
  int status = 503;
  std::optional<Milliseconds> retry_after;
  std::uint64_t after_pieces = 0;
  // Attempts that it hits, counted over all calls of this answer; 0: every one.
  std::uint64_t times = 0;

  bool before_first_byte() const { return kind <= Kind::quota; }
};

struct Match {
  enum class By { all, exact, prefix, contains, regex };
  static constexpr std::size_t kMostRegexInput = 1024;
  static constexpr std::size_t kMostRegexPattern = 256;

  By by = By::all;
  std::string text;
  std::regex pattern;

  bool matches(std::string_view message) const;
};

struct ScriptedAnswer {
  Match match;
  std::shared_ptr<const std::string> text;  // unless `words`
  std::optional<std::uint64_t> words;
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

// Fails with invalid_request; the detail names file and line and says what may stand there.
Result<Script> load_script(const std::string& path);
Result<Script> parse_script(std::string_view toml, const std::string& path);

}  // namespace belay::providers
