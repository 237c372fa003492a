#include "ops/logging.hpp"

#include <cmath>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json_text.hpp"
#include "base/run_id.hpp"
#include "base/utf8.hpp"

namespace belay::ops {
namespace {

constexpr std::size_t kUsualLine = 320;  // in bytes
constexpr std::size_t kMaxBufferedBytes =
    64 * 1024;  // in bytes; beyond it, lines are written before the turn ends

class StandardError final : public LogOutput {
 public:
  StandardError() : logger_("belay", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(spdlog::level::trace);  // Log has already filtered by level
    logger_.set_pattern("%v");
  }
  void write(std::string_view lines) override { logger_.log(spdlog::level::info, lines); }

 private:
  spdlog::logger logger_;
};

// DEL, a C1 control character or a direction override at the start of `text`. A terminal that shows a log
// would act on it.
struct Command {
  unsigned code_point = 0;
  std::size_t size = 0;  // 0: there is none at the start
};
Command command_at(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i])) : 0;
  };
  if (byte(0) == 0x7F) return {0x7F, 1};
  if (byte(0) == 0xC2 && byte(1) < 0xA0) return {byte(1), 2};
  if (byte(0) != 0xE2) return {};
  if (byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) return {0x2028 + byte(2) - 0xA8, 3};
  if (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9) return {0x2066 + byte(2) - 0xA6, 3};
  return {};
}

// Appends the text in quotes, with such characters escaped. `valid` is valid UTF-8.
void append_escaped(std::string_view valid, std::string& out) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t at = 0; at < valid.size();) {
    const Command command =
        static_cast<unsigned char>(valid[at]) < 0x7F ? Command{} : command_at(valid.substr(at));
    if (command.size != 0) {
      append_json_text(valid.substr(plain, at - plain), out);
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", command.code_point);
      plain = at + command.size;
    }
    at += command.size != 0 ? command.size : 1;
  }
  append_json_text(valid.substr(plain), out);
  out += '"';
}

void append_text(std::string_view text, std::string& out) {
  const bool is_cut = text.size() > Log::kMaxValueBytes;
  std::string valid;
  Utf8Joiner joiner;
  joiner.push(text.substr(0, Log::kMaxValueBytes), valid);
  // A character split by the cut is dropped. It is not reported as invalid text of the caller.
  if (is_cut)
    valid += "…";
  else
    joiner.finish(valid);
  append_escaped(valid, out);
}

struct AppendValue {
  std::string& out;
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(std::uint64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(double number) const {
    if (std::isfinite(number))
      fmt::format_to(std::back_inserter(out), "{}", number);
    else
      out += "null";
  }
  void operator()(std::string_view text) const { append_text(text, out); }
};

void append_field(std::string_view name, const LogField::Value& value, std::string& out) {
  out += ',';
  append_json_string(name, out);
  out += ':';
  std::visit(AppendValue{out}, value);
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

std::unique_ptr<LogOutput> standard_error_output() {
  return std::make_unique<StandardError>();
}

// The lines that a loop has logged in the current turn.
class Log::Turn final : private Loop::TurnHook {
 public:
  Turn(Loop& loop, LogOutput& output) : loop_(loop), output_(output) { loop.add_turn_hook(*this); }

  bool is_of(const Loop& loop) const { return &loop_ == &loop; }
  void add(std::string_view line) {
    if (!lines_.empty()) lines_ += '\n';
    lines_ += line;
    if (lines_.size() >= kMaxBufferedBytes) write();
  }
  void write() {
    if (lines_.empty()) return;
    output_.write(lines_);
    lines_.clear();
  }

 private:
  void turn_ended() override { write(); }

  const Loop& loop_;
  LogOutput& output_;
  std::string lines_;
};

Log::Log(const LogConfig& config, const Clock& clock, std::unique_ptr<LogOutput> output)
    : config_(config), clock_(clock), output_(std::move(output)) {}

Log::~Log() = default;

void Log::buffer_turns_of(Loop& loop) {
  if (turns_.size() <= loop.index()) turns_.resize(loop.index() + 1);
  turns_[loop.index()] = std::make_unique<Turn>(loop, *output_);
}

Log::Turn* Log::turn() const {
  const Loop* const loop = Loop::current();
  if (!loop || loop->index() >= turns_.size()) return nullptr;
  Turn* const turn = turns_[loop->index()].get();
  return turn && turn->is_of(*loop) ? turn : nullptr;
}

void Log::write(LogLevel level, std::string_view event, Fields fields) {
  if (!wants(level)) return;
  std::uint64_t left_out = 0;
  if (level >= LogLevel::warning) {
    const std::optional<std::uint64_t> admitted = admit(event);
    if (!admitted) return;
    left_out = *admitted;
  }
  std::string line;
  line.reserve(kUsualLine);
  line.append(R"({"time":")").append(iso8601(clock_.wall()));
  line.append(R"(","level":")").append(to_string(level));
  line.append(R"(","event":)");
  append_json_string(event, line);
  for (const LogField& field : fields) append_field(field.name, field.value, line);
  if (left_out != 0) append_field("repeats_left_out", left_out, line);
  line += '}';
  Turn* const gathered = turn();
  if (gathered && level < LogLevel::warning) return gathered->add(line);
  if (gathered) gathered->write();
  output_->write(line);
}

std::optional<std::uint64_t> Log::admit(std::string_view event) {
  const SteadyTime now = clock_.steady();
  const std::scoped_lock lock(mutex_);
  auto found = repeats_.find(event);
  if (found == repeats_.end()) found = repeats_.emplace(event, Repeats{now}).first;
  Repeats& repeats = found->second;
  if (now - repeats.second_began >= std::chrono::seconds(1)) {
    repeats.second_began = now;
    repeats.written = 0;
  }
  if (repeats.written >= config_.max_repeats_per_second) {
    ++repeats.left_out;
    return std::nullopt;
  }
  ++repeats.written;
  return std::exchange(repeats.left_out, 0);
}

}  // namespace belay::ops
