#include "surfaces/assistant/render.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/records.hpp"
#include "core/types/payloads.hpp"

namespace belay::surfaces::assistant {
namespace {

void append_number(std::uint64_t value, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_string(std::string_view text, std::string& out) {
  out.push_back('"');
  append_json_text(text, out);
  out.push_back('"');
}

// Appends the `id` line to the frame that ends an event.
void append_id(const Position& position, std::string& out) {
  out.append("id: ");
  append_number(position.epoch, out);
  out.push_back('-');
  append_number(position.offset, out);
  out.push_back('\n');
}

void append_status(std::string_view status, std::string& out) {
  out.append("event: status\ndata: {\"status\":");
  append_string(status, out);
  out.append("}\n\n");
}

void append_usage(const Usage& usage, std::string& out) {
  fmt::format_to(
      std::back_inserter(out),
      R"({{"input_tokens":{},"output_tokens":{},"cached_tokens":{},"reasoning_tokens":{},"estimated":{})",
      usage.input.value, usage.output.value, usage.cached.value, usage.reasoning.value, usage.estimated);
  constexpr std::uint64_t kNanos = 1'000'000'000;
  if (usage.cost.value != 0)
    fmt::format_to(std::back_inserter(out), R"(,"cost_usd":{}.{:09})", usage.cost.value / kNanos,
                   usage.cost.value % kNanos);
  out.push_back('}');
}

// `arguments` was checked to be JSON. Line ends can only be white space in it; they are replaced, because
// they would end the SSE line.
void append_call(const ToolCall& call, std::string& out) {
  out.append("{\"id\":");
  append_string(call.id, out);
  out.append(",\"name\":");
  append_string(call.name, out);
  out.append(",\"arguments\":");
  for (const char c : call.arguments) out.push_back(c == '\n' || c == '\r' ? ' ' : c);
  out.push_back('}');
}

void render_tool_call(const Event& event, const Position& position, std::string& out) {
  const auto call = decode_tool_call(event.payload);
  if (!call) return;
  append_id(position, out);
  if (call->problem.empty()) {
    out.append("event: action\ndata: ");
    append_call(call->call, out);
    out.append("\n\n");
    return;
  }
  out.append("event: stage\ndata: {\"stage\":\"action_refused\",\"action\":");
  append_string(call->call.name, out);
  out.append(",\"reason\":");
  append_string(call->problem, out);
  out.append("}\n\n");
}

void render_stage(const Event& event, const Position& position, std::string& out) {
  const auto stage = decode_stage(event.payload);
  if (!stage || stage->name.empty()) return;
  if (stage->name == kStageProvider) append_status("running", out);
  append_id(position, out);
  out.append("event: stage\ndata: {\"stage\":");
  append_string(stage->name, out);
  out.append("}\n\n");
}

void render_completed(const LogHead& run, const Terminal& terminal, const Position& position, Frame& frame) {
  std::string& out = frame.bytes;
  append_id(position, out);
  out.append("event: complete\ndata: {\"request_id\":\"").append(run.id.text()).append("\",\"content\":\"");
  frame.text_at = out.size();
  frame.text_from = terminal.text_from;
  out.append("\",\"finish\":\"").append(to_string(terminal.finish)).append("\",\"usage\":");
  append_usage(terminal.usage, out);
  out.append(",\"actions\":[");
  for (std::size_t i = 0; i < terminal.actions.size(); ++i) {
    if (i != 0) out.push_back(',');
    append_call(terminal.actions[i], out);
  }
  out.append("],\"appendix\":[");
  for (std::size_t i = 0; i < terminal.appendix.size(); ++i) {
    const AppendixItem& item = terminal.appendix[i];
    if (i != 0) out.push_back(',');
    out.append("{\"type\":");
    append_string(item.kind, out);
    out.append(",\"language\":");
    append_string(item.language, out);
    out.append(",\"content\":");
    append_string(item.content, out);
    out.push_back('}');
  }
  out.append("]}\n\n");
}

void render_error(const Terminal& terminal, const Position& position, std::string& out) {
  append_id(position, out);
  out.append("event: error\ndata: {\"code\":");
  append_string(to_string(terminal.code), out);
  out.append(",\"message\":");
  append_string(terminal.message, out);
  out.append(is_retryable(terminal.code) ? ",\"retryable\":true}\n\n" : ",\"retryable\":false}\n\n");
}

void render_end(const LogHead& run, const Event& event, const Position& position, Frame& frame) {
  const auto terminal = decode_terminal(event.payload);
  if (!terminal) return;
  append_status(to_string(state_after(event.type)), frame.bytes);
  if (event.type == EventType::completed)
    render_completed(run, *terminal, position, frame);
  else
    render_error(*terminal, position, frame.bytes);
}

}  // namespace

void AssistantDialect::render(const LogHead& run, const Event& event, const Position& position,
                              Frame& frame) const {
  std::string& out = frame.bytes;
  switch (event.type) {
    case EventType::delta:
      append_id(position, out);
      out.append("event: response_chunk\ndata: {\"content\":\"");
      append_json_text(event.payload, out);
      out.append("\"}\n\n");
      return;
    case EventType::started:
      append_id(position, out);
      return append_status("queued", out);
    case EventType::restarted:
      append_id(position, out);
      return append_status("restarted", out);
    case EventType::stage:
      return render_stage(event, position, out);
    case EventType::tool_call:
      return render_tool_call(event, position, out);
    case EventType::completed:
    case EventType::failed:
    case EventType::cancelled:
    case EventType::interrupted:
      return render_end(run, event, position, frame);
    case EventType::usage:
    case EventType::suggestion:
    case EventType::upload_processed:
    case EventType::slow:
      return;
  }
}

}  // namespace belay::surfaces::assistant
