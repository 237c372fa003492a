// The server's log: one JSON object per line on standard error.
//
//   {"time":"2026-11-21T13:18:05.123Z","level":"info","event":"stream_closed","request_id":"…",
//    "bytes":812,"end":"complete"}          (one line in the log)
//
// An event is a name from the code, in snake_case. Variable parts are in fields. There is no free text and no
// field for a body: no prompt, no answer, no token and no header value is ever passed to a Log. Ids, names of
// limits, error codes, counts and durations are. An Error's `detail` may be logged: it contains no secret and
// no prompt text (base/error.hpp).
//
// Thread-safe. The calling thread writes each line as a whole. Lines of a loop below the level `warning` are
// collected and written together at the end of the loop's turn, after the answers of that turn were sent. A
// process that is killed in the middle of a turn loses the lines of that turn. Warnings and errors are
// written at once. Their number per event and second is limited. The next line after a pause says in
// "repeats_left_out" how many were not written.
#pragma once

#include <chrono>
#include <concepts>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "ops/config.hpp"

namespace belay::ops {

std::string_view to_string(LogLevel level);

// A name and a value. String views need to be valid only during the call that logs them.
struct LogField {
  using Value = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

  LogField(std::string_view key, std::string_view text) : name(key), value(text) {}
  LogField(std::string_view key, const std::string& text) : name(key), value(std::string_view(text)) {}
  LogField(std::string_view key, const char* text) : name(key), value(std::string_view(text)) {}
  LogField(std::string_view key, bool truth) : name(key), value(truth) {}
  LogField(std::string_view key, double number) : name(key), value(number) {}
  template <std::signed_integral T>
  LogField(std::string_view key, T number) : name(key), value(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) LogField(std::string_view key, T number)
      : name(key), value(static_cast<std::uint64_t>(number)) {}
  // A duration in milliseconds, with a fraction. The field's name ends in "_ms".
  template <class Rep, class Period>
  LogField(std::string_view key, std::chrono::duration<Rep, Period> time)
      : name(key), value(std::chrono::duration<double, std::milli>(time).count()) {}

  std::string_view name;
  Value value;
};

// The destination of log lines. Thread-safe.
class LogOutput {
 public:
  virtual ~LogOutput() = default;
  virtual void write(std::string_view lines) = 0;  // one or more lines, without the last line end
};
std::unique_ptr<LogOutput> standard_error_output();

class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  // A longer text value is cut and ends in "…".
  static constexpr std::size_t kMaxValueBytes = 1024;

  Log(const LogConfig& config, const Clock& clock, std::unique_ptr<LogOutput> output);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  // Collects what this loop logs in a turn. Call it before any loop runs. The log's end-of-turn hook runs
  // after the hooks that the loop already has. The log outlives the running loop.
  void buffer_turns_of(Loop& loop);

  void debug(std::string_view event, Fields fields = {}) { write(LogLevel::debug, event, fields); }
  void info(std::string_view event, Fields fields = {}) { write(LogLevel::info, event, fields); }
  void warning(std::string_view event, Fields fields = {}) { write(LogLevel::warning, event, fields); }
  void error(std::string_view event, Fields fields = {}) { write(LogLevel::error, event, fields); }
  void write(LogLevel level, std::string_view event, Fields fields);

  // Check this first when the fields are expensive to compute.
  bool wants(LogLevel level) const { return level >= config_.level; }

 private:
  struct Repeats {
    SteadyTime second_began;
    std::uint32_t written = 0;
    std::uint64_t left_out = 0;
  };

  class Turn;
  // The collected lines of the loop whose turn the calling thread is in; null when there is no such loop.
  Turn* turn() const;

  // Nothing: this line exceeds the limit. Else how many lines were left out before it.
  std::optional<std::uint64_t> admit(std::string_view event);

  const LogConfig config_;
  const Clock& clock_;
  const std::unique_ptr<LogOutput> output_;
  std::vector<std::unique_ptr<Turn>> turns_;  // indexed by loop
  std::mutex mutex_;
  std::map<std::string, Repeats, std::less<>>
      repeats_;  // by event; bounded by the number of event names in the code
};

}  // namespace belay::ops
