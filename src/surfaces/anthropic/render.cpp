#include "surfaces/anthropic/render.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/strict_json.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/anthropic/errors.hpp"
#include "surfaces/anthropic/parse.hpp"
#include "surfaces/anthropic/token_count.hpp"
#include "surfaces/json_body.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::anthropic {
namespace {

// The members of a message up to its content.
void begin_message(const LogHead& run, std::string& out) {
  out.append(R"({"id":")").append(kIdPrefix).append(run.id.text());
  out.append(R"(","type":"message","role":"assistant","model":)");
  append_json_string(run.model, out);
  out.append(R"(,"content":[)");
}

// Cached input is not part of `input_tokens` in this API.
void append_usage(const Usage& usage, std::string& out) {
  const std::uint64_t input = usage.input.value - std::min(usage.input.value, usage.cached.value);
  fmt::format_to(
      std::back_inserter(out),
      R"({{"input_tokens":{},"cache_creation_input_tokens":0,"cache_read_input_tokens":{},"output_tokens":{}}})",
      input, usage.cached.value, usage.output.value);
}

void append_stop(const Terminal& terminal, std::string& out) {
  out.append(R"("stop_reason":")");
  switch (terminal.finish) {
    case FinishReason::stop:
      out.append(terminal.stop_sequence.empty() ? "end_turn" : "stop_sequence");
      break;
    case FinishReason::length:
      out.append("max_tokens");
      break;
    case FinishReason::tool_calls:
      out.append("tool_use");
      break;
    case FinishReason::content_filter:
      out.append("refusal");
      break;
  }
  out.append(R"(","stop_sequence":)");
  if (terminal.finish == FinishReason::stop && !terminal.stop_sequence.empty())
    append_json_string(terminal.stop_sequence, out);
  else
    out.append("null");
}

Error mixed_calls() {
  return make_error(
      ErrorCode::provider_broken,
      "The model's provider sent pieces of a tool call when another part had begun. A streamed message has "
      "no form for that. Ask without `stream`.");
}

class MessageDialect final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override {
    const std::uint64_t parts = std::uint64_t{counts.text_parts} + counts.reasoning_parts + counts.tool_parts;
    const std::uint64_t stops = parts - (counts.open ? 1 : 0);
    const std::uint64_t whole_calls = std::uint64_t{counts.whole_calls} + counts.refused_calls;
    return 2u * counts.started + parts + stops + counts.deltas + counts.reasoning_deltas +
           counts.tool_deltas + 3 * whole_calls + counts.ends() +
           (counts.late_tool_deltas == 0 ? counts.completed : 0u);
  }

  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position& position,
              MessageWriter& writer) const override {
    const PositionText id(position);
    Blocks blocks{before, writer};
    switch (event.type) {
      case EventType::delta:
        if (before.begun_by(event.type, event.payload)) blocks.begin_text();
        return blocks.add(id, R"({"type":"text_delta","text":)", event.payload);
      case EventType::reasoning_delta:
        if (before.begun_by(event.type, event.payload)) blocks.begin_thinking();
        return blocks.add(id, R"({"type":"thinking_delta","thinking":)", event.payload);
      case EventType::part:
        return render_part(event, id, blocks);
      case EventType::tool_delta:
        return render_tool_delta(event, before, id, blocks);
      case EventType::tool_call:
        return render_tool_call(event, before, id, blocks);
      case EventType::restarted:
        return blocks.end(id);
      case EventType::started:
        return render_started(run, event, id, writer);
      case EventType::completed:
      case EventType::failed:
      case EventType::cancelled:
      case EventType::interrupted:
        return render_end(event, before, id, blocks, writer);
      default:
        return;
    }
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    append_error(error, {}, writer.begin({.event = "error"}));
    writer.end();
  }

 private:
  // Writes blocks behind those that there are. An id is written with an event's last message.
  struct Blocks {
    const EventCounts& before;
    MessageWriter& writer;
    std::uint64_t index = before.parts();  // of the next block
    bool is_open = before.open.has_value();

    // Ends the open block, if there is one.
    void end(std::string_view id = {}) {
      if (!is_open) return;
      is_open = false;
      std::string& out = writer.begin({.event = "content_block_stop", .id = id});
      fmt::format_to(std::back_inserter(out), R"({{"type":"content_block_stop","index":{}}})", index - 1);
      writer.end();
    }
    void begin_text(std::string_view id = {}) { start(R"({"type":"text","text":""})", id); }
    void begin_thinking(std::string_view id = {}) {
      start(R"({"type":"thinking","thinking":"","signature":""})", id);
    }
    void begin_call(std::string_view call, std::string_view name, std::string_view id = {}) {
      std::string block = R"({"type":"tool_use","id":)";
      append_json_string(call, block);
      block.append(R"(,"name":)");
      append_json_string(name, block);
      start(block.append(R"(,"input":{}})"), id);
    }
    // More of the open block.
    void add(std::string_view id, std::string_view delta, std::string_view text) {
      std::string& out = writer.begin({.event = "content_block_delta", .id = id});
      const fmt::format_int at(index - 1);
      out.append(R"({"type":"content_block_delta","index":)").append(at.data(), at.size());
      out.append(R"(,"delta":)").append(delta);
      append_json_string(text, out);
      out.append("}}");
      writer.end();
    }
    void add_json(std::string_view id, std::string_view json) {
      add(id, R"({"type":"input_json_delta","partial_json":)", json);
    }

   private:
    void start(std::string_view block, std::string_view id) {
      end();
      std::string& out = writer.begin({.event = "content_block_start", .id = id});
      fmt::format_to(std::back_inserter(out), R"({{"type":"content_block_start","index":{},"content_block":)",
                     index++);
      out.append(block).push_back('}');
      writer.end();
      is_open = true;
    }
  };

  static void ping(std::string_view id, MessageWriter& writer) {
    writer.begin({.event = "ping", .id = id}).append(R"({"type":"ping"})");
    writer.end();
  }

  static void render_started(const LogHead& run, const Event& event, std::string_view id,
                             MessageWriter& writer) {
    Usage usage;
    if (const auto request = decode_request(event.payload))
      usage.input = count_prompt(request->system, request->messages, request->tools);
    std::string& out = writer.begin({.event = "message_start"});
    out.append(R"({"type":"message_start","message":)");
    begin_message(run, out);
    out.append(R"(],"stop_reason":null,"stop_sequence":null,"usage":)");
    append_usage(usage, out);
    out.append("}}");
    writer.end();
    ping(id, writer);
  }

  static void render_part(const Event& event, std::string_view id, Blocks& blocks) {
    const auto part = decode_part(event.payload);
    if (!part) return;
    if (part->kind == PartKind::text) return blocks.begin_text(id);
    if (part->kind == PartKind::reasoning) return blocks.begin_thinking(id);
    blocks.begin_call(part->id, part->name, id);
  }

  static void render_tool_delta(const Event& event, const EventCounts& before, std::string_view id,
                                Blocks& blocks) {
    const auto delta = decode_tool_delta(event.payload);
    if (delta && before.is_open_call(delta->index)) return blocks.add_json(id, delta->json);
    ping(id, blocks.writer);
  }

  static void render_tool_call(const Event& event, const EventCounts& before, std::string_view id,
                               Blocks& blocks) {
    if (before.open_calls != 0) return;  // its pieces were shown
    const auto call = decode_tool_call(event.payload);
    blocks.begin_call(call ? call->call.id : "", call ? call->call.name : "");
    blocks.add_json({}, call ? call->call.arguments : "");
    blocks.end(id);
  }

  static void render_end(const Event& event, const EventCounts& before, std::string_view id, Blocks& blocks,
                         MessageWriter& writer) {
    const auto terminal = decode_terminal(event.payload);
    if (!terminal) return;
    blocks.end();
    const bool is_completed = event.type == EventType::completed;
    if (!is_completed || before.late_tool_deltas != 0) {
      const Error error = is_completed ? mixed_calls() : make_error(terminal->code, terminal->message);
      append_error(error, {}, writer.begin({.event = "error", .id = id}));
      return writer.end();
    }
    std::string& out = writer.begin({.event = "message_delta"});
    out.append(R"({"type":"message_delta","delta":{)");
    append_stop(*terminal, out);
    out.append(R"(},"usage":)");
    append_usage(terminal->usage, out);
    out.push_back('}');
    writer.end();
    writer.begin({.event = "message_stop", .id = id}).append(R"({"type":"message_stop"})");
    writer.end();
  }
};

// Writes the message while it is made. Its calls stand at its end, with their whole arguments. A text or a thought is open
// until the next one begins: `thinking` is the last member of its block, so both are closed alike.
class WholeDialect final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override {
    return std::uint64_t{counts.started} + counts.text_parts + counts.reasoning_parts + counts.deltas +
           counts.reasoning_deltas + counts.ends();
  }

  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    const auto begun = before.begun_by(event.type, event.payload);
    if (begun && begun != PartKind::tool_call) {
      std::string& out = writer.begin({});
      if (has_text(before)) out.append(R"("},)");
      out.append(begun == PartKind::text ? R"({"type":"text","text":")"
                                         : R"({"type":"thinking","signature":"","thinking":")");
      writer.end();
    }
    switch (event.type) {
      case EventType::started:
        begin_message(run, writer.begin({}));
        return writer.end();
      case EventType::delta:
      case EventType::reasoning_delta:
        append_json_text(event.payload, writer.begin({}));
        return writer.end();
      case EventType::completed:
      case EventType::failed:
      case EventType::cancelled:
      case EventType::interrupted:
        append_end(event, before, writer.begin({}));
        return writer.end();
      default:
        return;
    }
  }

 private:
  static bool has_text(const EventCounts& counts) { return counts.text_parts + counts.reasoning_parts != 0; }

  static void append_failure(ErrorCode code, std::string_view text, std::string& out) {
    out.append("\n").append(to_string(code)).append("\n").append(text);
  }

  static void append_end(const Event& event, const EventCounts& before, std::string& out) {
    const auto terminal = decode_terminal(event.payload);
    if (!terminal) return append_failure(ErrorCode::internal, "The answer can not be read.", out);
    if (event.type != EventType::completed) return append_failure(terminal->code, terminal->message, out);
    bool has_block = has_text(before);
    if (has_block) out.append(R"("})");
    for (const ToolCall& call : terminal->actions) {
      const bool is_readable = static_cast<bool>(JsonObject::read(call.arguments, kMaxJsonDepth));
      if (!is_readable && terminal->finish == FinishReason::length) continue;  // it was cut off
      if (!is_readable)
        return append_failure(ErrorCode::provider_broken,
                              "The model called a tool with arguments that are no JSON object. Try again.",
                              out);
      out.append(has_block ? "," : "").append(R"({"type":"tool_use","id":)");
      has_block = true;
      append_json_string(call.id, out);
      out.append(R"(,"name":)");
      append_json_string(call.name, out);
      out.append(R"(,"input":)").append(compact_json(call.arguments)).push_back('}');
    }
    out.append("],");
    append_stop(*terminal, out);
    out.append(R"(,"usage":)");
    append_usage(terminal->usage, out);
    out.push_back('}');
  }
};

}  // namespace

const Format& format() {
  static const MessageDialect dialect;
  static const Format format{dialect, transport::sse_framing_without_empty_blocks()};
  return format;
}

const Format& whole_format() {
  static const WholeDialect dialect;
  static const Format format{dialect, plain_framing()};
  return format;
}

Result<std::string> split_whole(std::string bytes) {
  const std::size_t code = bytes.find('\n');
  if (code == bytes.npos) return bytes;
  const std::size_t text = bytes.find('\n', code + 1);
  const auto known = error_code_from(std::string_view(bytes).substr(code + 1, text - code - 1));
  return make_error(known.value_or(ErrorCode::internal), bytes.substr(text + 1));
}

}  // namespace belay::surfaces::anthropic
