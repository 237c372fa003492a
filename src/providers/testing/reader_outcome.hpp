// What a dialect makes of a stream, as one value that can be compared: for tables of fixtures and for
// fuzzing.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "providers/calls/dialect.hpp"
#include "providers/json_reading.hpp"

namespace belay::providers {

struct ReaderOutcome {
  std::string text;
  std::vector<std::string> tools;  // "id name arguments"
  std::string usage;               // "input output cached reasoning", and "…" when more was to come
  std::string end;                 // the finish reason as a number, or the error's code
  friend bool operator==(const ReaderOutcome&, const ReaderOutcome&) = default;
};
inline void PrintTo(const ReaderOutcome& o, std::ostream* out) {
  *out << "text [" << o.text << "] usage [" << o.usage << "] end [" << o.end << "]";
  for (const auto& tool : o.tools) *out << " tool [" << tool << "]";
}

struct OutcomeSink final : GenerationSink {
  void on_accepted() override {}
  void on_text(std::string_view piece) override { outcome.text += piece; }
  void on_tool_call(ToolCall call) override {
    outcome.tools.push_back(call.id + " " + call.name + " " + call.arguments);
  }
  void on_usage(const Usage& usage) override {
    outcome.usage = std::to_string(usage.input.value) + " " + std::to_string(usage.output.value) + " " +
                    std::to_string(usage.cached.value) + " " + std::to_string(usage.reasoning.value) +
                    (usage.estimated ? " …" : "");
  }
  void on_end(FinishReason) override {}
  void on_error(Error) override {}
  void on_resumable(std::string_view name) override { token = name; }

  ReaderOutcome outcome;
  std::string token;
};

// A reader and what it needs, for tests that feed it by hand.
struct ReaderHouse {
  explicit ReaderHouse(DialectKind kind, HttpProviderConfig with = {}, Overlap overlap = {})
      : config(std::move(with)),
        reader(make_dialect(kind)->reader({config, json, sink, std::move(overlap)})) {}
  // Pieces have memory of their own, so that the sanitizers see a view that is kept too long.
  AnswerReader::Failure push(std::string_view bytes) {
    const std::vector<char> copy(bytes.begin(), bytes.end());
    return reader->push({copy.data(), copy.size()});
  }
  ReaderOutcome finish(AnswerReader::Failure failure) {
    if (!failure) failure = reader->finish();
    sink.outcome.end = failure ? std::string(to_string(failure->error.code))
                               : std::to_string(static_cast<int>(reader->finish_reason()));
    return sink.outcome;
  }

  const HttpProviderConfig config;
  JsonBuffer json;
  OutcomeSink sink;
  const std::unique_ptr<AnswerReader> reader;
};

// `first` bytes, then `step` at a time.
inline ReaderOutcome read_in_pieces(DialectKind kind, const HttpProviderConfig& config,
                                    std::string_view bytes, std::size_t first, std::size_t step) {
  ReaderHouse house(kind, config);
  AnswerReader::Failure failure;
  std::size_t size = first;
  while (!bytes.empty() && !failure && !house.reader->done()) {
    const std::string_view head = bytes.substr(0, size);
    failure = house.push(head);
    bytes.remove_prefix(head.size());
    size = step;
  }
  return house.finish(std::move(failure));
}

}  // namespace belay::providers
