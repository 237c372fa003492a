#include "surfaces/chat/ui/render.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/strict_json.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/chat/cursor.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/session_position.hpp"
#include "transport/framing/ndjson.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::chat::ui {
namespace {

void append_usage(const Usage& usage, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 R"("usage":{{"inputTokens":{},"outputTokens":{},"totalTokens":{},"cachedInputTokens":{},)"
                 R"("reasoningTokens":{}}})",
                 usage.input.value, usage.output.value, usage.input.value + usage.output.value,
                 usage.cached.value, usage.reasoning.value);
}

std::string_view finish_reason(FinishReason reason) {
  switch (reason) {
    case FinishReason::stop:
      return "stop";
    case FinishReason::length:
      return "length";
    case FinishReason::tool_calls:
      return "tool-calls";
    case FinishReason::content_filter:
      return "content-filter";
  }
  return "other";
}

constexpr std::string_view kUnreadable = "The arguments of the call are no JSON object.";

// The arguments as a JSON value on one line. Empty: they are none, as in a call that was cut off.
std::string input_of(const ToolCall& call) {
  return JsonObject::read(call.arguments, kMaxJsonDepth) ? compact_json(call.arguments) : std::string();
}

void append_call(const ToolCall& call, std::string& out) {
  out.append(R"("toolCallId":)");
  append_json_string(call.id, out);
  out.append(R"(,"toolName":)");
  append_json_string(call.name, out);
}

class ChunkDialect final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override {
    const bool text_is_open = counts.open == PartKind::text;
    const bool reasoning_is_open = counts.open == PartKind::reasoning;
    return 2ull * counts.started + counts.deltas + counts.reasoning_deltas + 2ull * counts.text_parts -
           (text_is_open ? 1 : 0) + 2ull * counts.reasoning_parts - (reasoning_is_open ? 1 : 0) +
           counts.tool_parts + counts.streamed_calls + counts.whole_calls + counts.refused_calls +
           counts.restarts + 3ull * counts.ends();
  }

  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position& position,
              MessageWriter& writer) const override {
    const PositionText id(on_the_wire({tag_of(run.id), position}));
    switch (event.type) {
      case EventType::delta:
        return render_delta("text", before.text_parts, event, before, id, writer);
      case EventType::reasoning_delta:
        return render_delta("reasoning", before.reasoning_parts, event, before, id, writer);
      case EventType::started:
        return render_started(run, id, writer);
      case EventType::part:
        return render_part(event, before, id, writer);
      case EventType::tool_call:
        return render_call(event, before, id, writer);
      case EventType::restarted:
        end_open(before, writer);
        writer.begin({.id = id}).append(R"({"type":"data-restarted","data":{},"transient":true})");
        return writer.end();
      case EventType::completed:
      case EventType::failed:
      case EventType::cancelled:
      case EventType::interrupted:
        return render_end(event, before, id, writer);
      default:
        return;
    }
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    write_error(error.detail, writer);
  }

 private:
  static void write_part(std::string_view kind, std::string_view what, std::uint64_t number,
                         std::string_view id, MessageWriter& writer) {
    fmt::format_to(std::back_inserter(writer.begin({.id = id})), R"({{"type":"{}-{}","id":"{}-{}"}})", kind,
                   what, kind, number);
    writer.end();
  }
  // The text or the reasoning that is open.
  static void end_open(const EventCounts& before, MessageWriter& writer) {
    if (before.open == PartKind::text) write_part("text", "end", before.text_parts - 1, {}, writer);
    if (before.open == PartKind::reasoning)
      write_part("reasoning", "end", before.reasoning_parts - 1, {}, writer);
  }
  static void write_error(std::string_view text, MessageWriter& writer) {
    std::string& out = writer.begin({});
    out.append(R"({"type":"error","errorText":)");
    append_json_string(text, out);
    out.push_back('}');
    writer.end();
  }

  // Every token passes here. `parts`: how many of this kind there were.
  static void render_delta(std::string_view kind, std::uint64_t parts, const Event& event,
                           const EventCounts& before, std::string_view id, MessageWriter& writer) {
    if (before.begun_by(event.type, event.payload)) {
      end_open(before, writer);
      write_part(kind, "start", parts, {}, writer);
    } else {
      --parts;
    }
    const fmt::format_int number(parts);
    std::string& out = writer.begin({.id = id});
    out.append(R"({"type":")").append(kind).append(R"(-delta","id":")").append(kind).push_back('-');
    out.append(number.data(), number.size()).append(R"(","delta":)");
    append_json_string(event.payload, out);
    out.push_back('}');
    writer.end();
  }

  static void render_started(const LogHead& run, std::string_view id, MessageWriter& writer) {
    std::string& out = writer.begin({});
    out.append(R"({"type":"start","messageId":")").append(MessageId{run.id, Role::assistant}.text());
    out.append(R"(","messageMetadata":{"runId":")").append(run.id.text()).append(R"(","model":)");
    append_json_string(run.model, out);
    out.append("}}");
    writer.end();
    writer.begin({.id = id}).append(R"({"type":"start-step"})");
    writer.end();
  }

  static void render_part(const Event& event, const EventCounts& before, std::string_view id,
                          MessageWriter& writer) {
    const auto part = decode_part(event.payload);
    if (!part) return;
    end_open(before, writer);
    if (part->kind == PartKind::text) return write_part("text", "start", before.text_parts, id, writer);
    if (part->kind == PartKind::reasoning)
      return write_part("reasoning", "start", before.reasoning_parts, id, writer);
    std::string& out = writer.begin({.id = id});
    out.append(R"({"type":"tool-input-start",)");
    append_call({part->id, part->name, {}}, out);
    out.push_back('}');
    writer.end();
  }

  static void render_call(const Event& event, const EventCounts& before, std::string_view id,
                          MessageWriter& writer) {
    const auto decoded = decode_tool_call(event.payload);
    const ToolCallEvent call = decoded ? *decoded : ToolCallEvent{};
    if (before.open_calls == 0) end_open(before, writer);
    const std::string input = input_of(call.call);
    const bool is_readable = !input.empty() && call.problem.empty();
    std::string& out = writer.begin({.id = id});
    out.append(is_readable ? R"({"type":"tool-input-available",)" : R"({"type":"tool-input-error",)");
    append_call(call.call, out);
    out.append(R"(,"input":)");
    if (input.empty())
      append_json_string(call.call.arguments, out);
    else
      out.append(input);
    if (!is_readable) {
      out.append(R"(,"errorText":)");
      append_json_string(call.problem.empty() ? kUnreadable : std::string_view(call.problem), out);
    }
    out.push_back('}');
    writer.end();
  }

  static void render_end(const Event& event, const EventCounts& before, std::string_view id,
                         MessageWriter& writer) {
    const auto decoded = decode_terminal(event.payload);
    Terminal terminal;
    if (decoded)
      terminal = *decoded;
    else
      terminal.message = "The answer ended.";
    end_open(before, writer);
    std::string_view reason = "error";
    if (event.type == EventType::completed) {
      reason = finish_reason(terminal.finish);
      writer.begin({}).append(R"({"type":"finish-step"})");
      writer.end();
    } else if (event.type == EventType::cancelled) {
      reason = "other";
      writer.begin({}).append(R"({"type":"abort"})");
      writer.end();
    } else {
      write_error(terminal.message, writer);
    }
    std::string& out = writer.begin({});
    out.append(R"({"type":"finish","finishReason":")").append(reason).append(R"(","messageMetadata":{)");
    append_usage(terminal.usage, out);
    out.append("}}");
    writer.end();
    writer.begin({.id = id}).append(kDone);
    writer.end();
  }
};

const ChunkDialect& dialect() {
  static const ChunkDialect dialect;
  return dialect;
}

// ---- Messages of a chat

void append_text_part(std::string_view type, std::string_view text, std::string& out) {
  if (text.empty()) return;
  out.append(R"(,{"type":")").append(type).append(R"(","text":)");
  append_json_string(text, out);
  out.append(R"(,"state":"done"})");
}

void append_answer(const StoredMessage& message, std::string& out) {
  out.append(R"({"type":"step-start"})");
  append_text_part("reasoning", message.reasoning, out);
  append_text_part("text", message.content, out);
  for (const ToolCall& call : message.tool_calls) {
    const std::string input = input_of(call);
    out.append(R"(,{"type":"tool-)");
    append_json_text(call.name, out);
    out.append(R"(","toolCallId":)");
    append_json_string(call.id, out);
    if (input.empty()) {
      append_json_string(call.arguments, out.append(R"(,"state":"output-error","input":)"));
      append_json_string(kUnreadable, out.append(R"(,"errorText":)"));
    } else {
      out.append(R"(,"state":"input-available","input":)").append(input);
    }
    out.push_back('}');
  }
}

void append_message(const StoredMessage& message, std::string& out) {
  out.append(R"({"id":")").append(message.id().text());
  if (message.role == Role::user) {
    out.append(R"(","role":"user","parts":[{"type":"text","text":)");
    append_json_string(message.content, out);
    out.append("}]}");
    return;
  }
  out.append(R"(","role":"assistant","metadata":{"runId":")").append(message.run.text());
  out.append(R"(","model":)");
  append_json_string(message.model, out);
  out.push_back(',');
  append_usage(message.usage, out);
  out.append(R"(},"parts":[)");
  append_answer(message, out);
  out.append("]}");
}

}  // namespace

const Format& format() {
  static const Format format{dialect(), transport::sse_framing_without_empty_blocks()};
  return format;
}

const Format& lines() {
  static const Format format{dialect(), transport::ndjson_framing()};
  return format;
}

std::string render_messages(const MessagePage& page, const MessageFilter& of, std::string_view active) {
  std::string out = R"({"messages":[)";
  for (const StoredMessage& message : page.messages) {
    if (&message != &page.messages.front()) out.push_back(',');
    append_message(message, out);
  }
  out.append(R"(],"activeStreamId":)");
  if (active.empty())
    out.append("null");
  else
    append_json_string(active, out);
  out.append(R"(,"nextCursor":)");
  if (page.older)
    append_json_string(history_cursor(*page.older, of), out);
  else
    out.append("null");
  out.push_back('}');
  return out;
}

}  // namespace belay::surfaces::chat::ui
