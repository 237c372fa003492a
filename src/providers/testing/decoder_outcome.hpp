// What a protocol's decoder makes of a stream, as one comparable value: for tables of fixtures and for
// fuzzing.
#pragma once

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "providers/calls/protocol.hpp"
#include "providers/characters.hpp"
#include "providers/json_reading.hpp"
#include "providers/same_json.hpp"

namespace belay::providers {

struct DecoderOutcome {
  std::string text;
  std::vector<std::string> tools;  // "id name arguments"
  std::string usage;               // "input output cached reasoning", and "…" if more was expected
  std::string end;                 // the finish reason as a number, or the error's code
  std::string reasoning{};
  std::string fault{};  // how it broke a rule of the sink; empty: not at all
  friend bool operator==(const DecoderOutcome&, const DecoderOutcome&) = default;
};
inline void PrintTo(const DecoderOutcome& o, std::ostream* out) {
  *out << "reasoning [" << o.reasoning << "] text [" << o.text << "] usage [" << o.usage << "] end [" << o.end
       << "]";
  for (const auto& tool : o.tools) *out << " tool [" << tool << "]";
  if (!o.fault.empty()) *out << " fault [" << o.fault << "]";
}

// Checks that the pieces of each call mean what the whole call says.
struct OutcomeSink final : GenerationSink {
  void on_tool_call_begin(std::uint32_t index, std::string_view id, std::string_view name) override {
    require(index == calls.size(), "an index that does not count the calls");
    require(find(id) == nullptr, "an id twice");
    calls.push_back({std::string(id), std::string(name), {}});
  }
  void on_tool_call_piece(std::uint32_t index, std::string_view json) override {
    if (!require(index < calls.size(), "a piece of no call")) return;
    require(!json.empty() && is_valid_utf8(json), "a piece that is no text");
    calls[index].arguments += json;
  }
  void on_accepted() override {}
  void on_text(std::string_view piece) override { outcome.text += piece; }
  void on_reasoning(std::string_view piece) override { outcome.reasoning += piece; }
  void on_tool_call(ToolCall call) override {
    outcome.tools.push_back(call.id + " " + call.name + " " + call.arguments);
    if (!streams_calls) return;
    const ToolCall* begun = find(call.id);
    if (!require(begun && begun->name == call.name, "a call that never began")) return;
    std::string pieces = begun->arguments;
    mend_escapes(pieces);
    require(pieces == call.arguments || same_json(pieces, call.arguments), "pieces that mean something else");
  }
  void on_usage(const Usage& usage) override {
    outcome.usage = std::to_string(usage.input.value) + " " + std::to_string(usage.output.value) + " " +
                    std::to_string(usage.cached.value) + " " + std::to_string(usage.reasoning.value) +
                    (usage.estimated ? " …" : "");
  }
  void on_end(FinishReason) override {}
  void on_error(Error) override {}
  void on_resumable(std::string_view name) override { token = name; }

  bool require(bool holds, const char* otherwise) {
    if (!holds) outcome.fault = otherwise;
    return holds;
  }
  const ToolCall* find(std::string_view id) const {
    const auto found =
        std::find_if(calls.begin(), calls.end(), [&](const ToolCall& one) { return one.id == id; });
    return found == calls.end() ? nullptr : &*found;
  }

  DecoderOutcome outcome;
  std::string token;
  bool streams_calls = false;
  std::vector<ToolCall> calls;  // of their pieces
};

// A decoder and what it needs, for tests that feed it directly.
struct DecoderFixture {
  explicit DecoderFixture(ProtocolKind kind, HttpProviderConfig with = {}, Overlap overlap = {},
                          bool shows_reasoning = false, bool streams_calls = false)
      : config(std::move(with)),
        decoder(make_protocol(kind)->decoder(
            {config, json, sink, std::move(overlap), false, {}, {}, shows_reasoning, streams_calls})) {
    sink.streams_calls = streams_calls;
  }
  // Each piece has its own memory, so that the sanitizers detect a view that is kept too long.
  AnswerDecoder::Failure push(std::string_view bytes) {
    const std::vector<char> copy(bytes.begin(), bytes.end());
    return decoder->push({copy.data(), copy.size()});
  }
  DecoderOutcome finish(AnswerDecoder::Failure failure) {
    if (!failure) failure = decoder->finish();
    sink.outcome.end = failure ? std::string(to_string(failure->error.code))
                               : std::to_string(static_cast<int>(decoder->finish_reason()));
    return sink.outcome;
  }

  const HttpProviderConfig config;
  JsonBuffer json;
  OutcomeSink sink;
  const std::unique_ptr<AnswerDecoder> decoder;
};

// Reads `first` bytes, then `step` bytes at a time.
inline DecoderOutcome read_in_pieces(ProtocolKind kind, const HttpProviderConfig& config,
                                     std::string_view bytes, std::size_t first, std::size_t step,
                                     bool streams_calls = false) {
  DecoderFixture fixture(kind, config, {}, false, streams_calls);
  AnswerDecoder::Failure failure;
  std::size_t size = first;
  while (!bytes.empty() && !failure && !fixture.decoder->done()) {
    const std::string_view head = bytes.substr(0, size);
    failure = fixture.push(head);
    bytes.remove_prefix(head.size());
    size = step;
  }
  return fixture.finish(std::move(failure));
}

}  // namespace belay::providers
