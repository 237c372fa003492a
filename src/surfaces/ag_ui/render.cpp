#include "surfaces/ag_ui/render.hpp"

#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/ag_ui/parse.hpp"
#include "surfaces/chat/cursor.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::ag_ui {
namespace {

std::string message_id(const RunId& run) {
  return MessageId{run, Role::assistant}.text();
}
std::string reasoning_id(const RunId& run, std::uint64_t part) {
  return fmt::format("{}-r{}", run.text(), part);
}
std::string call_id(const RunId& run, std::uint64_t index) {
  return fmt::format("{}-c{}", run.text(), index);
}

void append_usage(const Usage& usage, std::string_view model, std::string& out) {
  out.append(R"("usage":[{"model":)");
  append_json_string(model, out);
  fmt::format_to(std::back_inserter(out),
                 R"(,"inputTokens":{},"outputTokens":{},"totalTokens":{},"cachedInputTokens":{},)"
                 R"("reasoningTokens":{}}}])",
                 usage.input.value, usage.output.value, usage.input.value + usage.output.value,
                 usage.cached.value, usage.reasoning.value);
}

// One event, whose members are appended.
class EventText {
 public:
  EventText(std::string_view type, std::string_view id, MessageWriter& writer)
      : writer_(writer), out_(writer.begin({.id = id})) {
    out_.append(R"({"type":")").append(type).push_back('"');
  }
  EventText(const EventText&) = delete;
  EventText& operator=(const EventText&) = delete;
  ~EventText() {
    out_.push_back('}');
    writer_.end();
  }

  EventText& text(std::string_view name, std::string_view value) {
    append_json_string(value, json(name));
    return *this;
  }
  // The value is appended to what is returned.
  std::string& json(std::string_view name) { return out_.append(",\"").append(name).append("\":"); }
  std::string& members() {
    out_.push_back(',');
    return out_;
  }

 private:
  MessageWriter& writer_;
  std::string& out_;
};

class EventDialect final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override {
    const std::uint64_t open_texts = counts.open == PartKind::text ? 1 : 0;
    const std::uint64_t open_thoughts = counts.open == PartKind::reasoning ? 1 : 0;
    const std::uint64_t open_calls = counts.ends() == 0 ? counts.open_calls : 0;
    return std::uint64_t{counts.started} + counts.deltas + 2ull * counts.text_parts - open_texts +
           counts.reasoning_deltas + 4ull * counts.reasoning_parts - 2 * open_thoughts + counts.tool_deltas +
           2ull * counts.tool_parts - open_calls + 3ull * counts.whole_calls + 3ull * counts.refused_calls +
           counts.restarts + counts.ends();
  }

  void render(const LogHead& run, const Event& event, const EventCounts& before, const Position& position,
              MessageWriter& writer) const override {
    const PositionText id(position);
    switch (event.type) {
      case EventType::delta:
        return render_delta(run.id, event, before, id, writer);
      case EventType::reasoning_delta:
        return render_thought(run.id, event, before, id, writer);
      case EventType::started:
        return write_run("RUN_STARTED", run, id, writer);
      case EventType::part:
        return render_part(run.id, event, before, id, writer);
      case EventType::tool_delta:
        return render_piece(run.id, event, id, writer);
      case EventType::tool_call:
        return render_call(run.id, event, before, id, writer);
      case EventType::restarted:
        return render_restart(run.id, event, before, id, writer);
      case EventType::completed:
      case EventType::failed:
      case EventType::cancelled:
      case EventType::interrupted:
        return render_end(run, event, before, id, writer);
      default:
        return;
    }
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    EventText("RUN_ERROR", {}, writer).text("message", error.detail).text("code", to_string(error.code));
  }

 private:
  static void write_run(std::string_view type, const LogHead& run, std::string_view id,
                        MessageWriter& writer) {
    EventText event(type, id, writer);
    append_run(run, event);
  }
  // A client whose key was forgotten can not come back: the run has a name of its own.
  static void append_run(const LogHead& run, EventText& event) {
    const std::string_view named = run_of_key(run.key, run.conversation);
    event.text("threadId", run.conversation).text("runId", named.empty() ? run.id.text() : named);
  }

  static void begin_text(const RunId& run, std::string_view id, MessageWriter& writer) {
    EventText("TEXT_MESSAGE_START", id, writer).text("messageId", message_id(run)).text("role", "assistant");
  }
  static void begin_thought(const RunId& run, std::uint64_t part, std::string_view id,
                            MessageWriter& writer) {
    const std::string message = reasoning_id(run, part);
    EventText("REASONING_START", {}, writer).text("messageId", message);
    EventText("REASONING_MESSAGE_START", id, writer).text("messageId", message).text("role", "reasoning");
  }
  // The text or the reasoning that is open.
  static void end_open(const RunId& run, const EventCounts& before, MessageWriter& writer) {
    if (before.open == PartKind::text)
      EventText("TEXT_MESSAGE_END", {}, writer).text("messageId", message_id(run));
    if (before.open != PartKind::reasoning) return;
    const std::string message = reasoning_id(run, before.reasoning_parts - 1);
    EventText("REASONING_MESSAGE_END", {}, writer).text("messageId", message);
    EventText("REASONING_END", {}, writer).text("messageId", message);
  }
  static void end_calls(const RunId& run, const std::vector<std::uint32_t>& calls, MessageWriter& writer) {
    for (const std::uint32_t index : calls)
      EventText("TOOL_CALL_END", {}, writer).text("toolCallId", call_id(run, index));
  }

  // Every token passes here.
  static void render_delta(const RunId& run, const Event& event, const EventCounts& before,
                           std::string_view id, MessageWriter& writer) {
    if (before.begun_by(event.type, event.payload)) {
      end_open(run, before, writer);
      begin_text(run, {}, writer);
    }
    EventText("TEXT_MESSAGE_CONTENT", id, writer)
        .text("messageId", message_id(run))
        .text("delta", event.payload);
  }

  static void render_thought(const RunId& run, const Event& event, const EventCounts& before,
                             std::string_view id, MessageWriter& writer) {
    std::uint64_t parts = before.reasoning_parts;
    if (before.begun_by(event.type, event.payload)) {
      end_open(run, before, writer);
      begin_thought(run, parts++, {}, writer);
    }
    EventText("REASONING_MESSAGE_CONTENT", id, writer)
        .text("messageId", reasoning_id(run, parts - 1))
        .text("delta", event.payload);
  }

  static void render_part(const RunId& run, const Event& event, const EventCounts& before,
                          std::string_view id, MessageWriter& writer) {
    const auto part = decode_part(event.payload);
    if (!part) return;
    end_open(run, before, writer);
    if (part->kind == PartKind::text) return begin_text(run, id, writer);
    if (part->kind == PartKind::reasoning) return begin_thought(run, before.reasoning_parts, id, writer);
    begin_call(run, part->index, part->name, id, writer);
  }
  static void begin_call(const RunId& run, std::uint64_t index, std::string_view name, std::string_view id,
                         MessageWriter& writer) {
    EventText("TOOL_CALL_START", id, writer)
        .text("toolCallId", call_id(run, index))
        .text("toolCallName", name)
        .text("parentMessageId", message_id(run));
  }
  static void write_piece(const std::string& call, std::string_view json, std::string_view id,
                          MessageWriter& writer) {
    EventText("TOOL_CALL_ARGS", id, writer).text("toolCallId", call).text("delta", json);
  }

  static void render_piece(const RunId& run, const Event& event, std::string_view id, MessageWriter& writer) {
    const auto piece = decode_tool_delta(event.payload);
    const ToolDelta delta = piece ? *piece : ToolDelta{};
    write_piece(call_id(run, delta.index), delta.json, id, writer);
  }

  static void render_call(const RunId& run, const Event& event, const EventCounts& before,
                          std::string_view id, MessageWriter& writer) {
    const auto decoded = decode_tool_call(event.payload);
    const ToolCallEvent call = decoded ? *decoded : ToolCallEvent{};
    std::uint64_t index = call.index;
    if (before.open_calls == 0) {  // no part has begun it
      index = std::uint64_t{before.tool_parts} + before.whole_calls + before.refused_calls;
      end_open(run, before, writer);
      begin_call(run, index, call.call.name, {}, writer);
      write_piece(call_id(run, index), call.call.arguments, {}, writer);
    }
    EventText("TOOL_CALL_END", id, writer).text("toolCallId", call_id(run, index));
  }

  static void render_restart(const RunId& run, const Event& event, const EventCounts& before,
                             std::string_view id, MessageWriter& writer) {
    end_open(run, before, writer);
    if (const auto restarted = decode_restarted(event.payload)) end_calls(run, restarted->open_calls, writer);
    EventText custom("CUSTOM", id, writer);
    std::string& value = custom.text("name", "restarted").json("value");
    value.append(R"({"messageId":")").append(message_id(run)).append("\"}");
  }

  static void render_end(const LogHead& run, const Event& event, const EventCounts& before,
                         std::string_view id, MessageWriter& writer) {
    const auto decoded = decode_terminal(event.payload);
    Terminal terminal;
    if (decoded)
      terminal = *decoded;
    else
      terminal.message = "The answer ended.";
    end_open(run.id, before, writer);
    end_calls(run.id, terminal.open_calls, writer);
    const bool has_failed = event.type == EventType::failed || event.type == EventType::interrupted;
    EventText end(has_failed ? "RUN_ERROR" : "RUN_FINISHED", id, writer);
    if (has_failed) {
      end.text("message", terminal.message).text("code", to_string(terminal.code));
    } else {
      append_run(run, end);
      const bool is_complete = event.type == EventType::completed;
      end.json("outcome").append(is_complete ? R"({"type":"success"})" : R"({"type":"cancelled"})");
      if (is_complete)
        end.json("result").append(R"({"finishReason":")").append(to_string(terminal.finish)).append("\"}");
    }
    append_usage(terminal.usage, run.model, end.members());
  }
};

const EventDialect& dialect() {
  static const EventDialect dialect;
  return dialect;
}

// ---- Messages of a thread

void append_message_head(std::string_view id, std::string_view role, std::string& out) {
  if (out.back() != '[') out.push_back(',');
  out.append(R"({"id":")").append(id).append(R"(","role":")").append(role).push_back('"');
}

void append_content(std::string_view text, std::string& out) {
  out.append(R"(,"content":)");
  append_json_string(text, out);
}

void append_answer(const StoredMessage& message, std::string& out) {
  if (!message.reasoning.empty()) {
    append_message_head(reasoning_id(message.run, 0), "reasoning", out);
    append_content(message.reasoning, out);
    out.push_back('}');
  }
  append_message_head(message.id().text(), "assistant", out);
  if (!message.content.empty() || message.tool_calls.empty()) append_content(message.content, out);
  if (!message.tool_calls.empty()) {
    out.append(R"(,"toolCalls":[)");
    std::uint64_t index = 0;
    for (const ToolCall& call : message.tool_calls) {
      if (index != 0) out.push_back(',');
      out.append(R"({"id":")").append(call_id(message.run, index++));
      out.append(R"(","type":"function","function":{"name":)");
      append_json_string(call.name, out);
      out.append(R"(,"arguments":)");
      append_json_string(call.arguments, out);
      out.append("}}");
    }
    out.push_back(']');
  }
  out.push_back('}');
}

}  // namespace

const Format& format() {
  static const Format format{dialect(), transport::sse_framing_without_empty_blocks()};
  return format;
}

std::string render_messages(const MessagePage& page, const MessageFilter& of, std::string_view active) {
  std::string out = R"({"messages":[)";
  for (const StoredMessage& message : page.messages) {
    if (message.role != Role::user) {
      append_answer(message, out);
      continue;
    }
    append_message_head(message.id().text(), "user", out);
    append_content(message.content, out);
    out.push_back('}');
  }
  out.append(R"(],"activeRunId":)");
  if (active.empty())
    out.append("null");
  else
    append_json_string(active, out);
  out.append(R"(,"nextCursor":)");
  if (page.older)
    append_json_string(chat::history_cursor(*page.older, of), out);
  else
    out.append("null");
  out.push_back('}');
  return out;
}

}  // namespace belay::surfaces::ag_ui
