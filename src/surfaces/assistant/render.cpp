#include "surfaces/assistant/render.hpp"

#include <iterator>
#include <string>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "core/types/records.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::assistant {
namespace {

void write_status(std::string_view status, std::string_view id, MessageWriter& writer) {
  std::string& out = writer.begin({"status", id});
  out.append("{\"status\":");
  append_json_string(status, out);
  out.push_back('}');
  writer.end();
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
// a message is one line.
void append_call(const ToolCall& call, std::string& out) {
  out.append("{\"id\":");
  append_json_string(call.id, out);
  out.append(",\"name\":");
  append_json_string(call.name, out);
  out.append(",\"arguments\":");
  for (const char c : call.arguments) out.push_back(c == '\n' || c == '\r' ? ' ' : c);
  out.push_back('}');
}

void render_tool_call(const Event& event, std::string_view id, MessageWriter& writer) {
  const auto call = decode_tool_call(event.payload);
  if (!call) return;
  if (call->problem.empty()) {
    append_call(call->call, writer.begin({"action", id}));
    return writer.end();
  }
  std::string& out = writer.begin({"stage", id});
  out.append("{\"stage\":\"action_refused\",\"action\":");
  append_json_string(call->call.name, out);
  out.append(",\"reason\":");
  append_json_string(call->problem, out);
  out.push_back('}');
  writer.end();
}

void render_stage(const Event& event, std::string_view id, MessageWriter& writer) {
  const auto stage = decode_stage(event.payload);
  if (!stage || stage->name.empty()) return;
  if (stage->name == kStageProvider) write_status("running", {}, writer);
  std::string& out = writer.begin({"stage", id});
  out.append("{\"stage\":");
  append_json_string(stage->name, out);
  out.push_back('}');
  writer.end();
}

void render_completed(const LogHead& run, const Terminal& terminal, std::string_view id,
                      MessageWriter& writer) {
  std::string& out = writer.begin({"complete", id});
  out.append("{\"request_id\":\"").append(run.id.text()).append("\",\"content\":\"");
  writer.splice_answer(terminal.text_from);
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
    append_json_string(item.kind, out);
    out.append(",\"language\":");
    append_json_string(item.language, out);
    out.append(",\"content\":");
    append_json_string(item.content, out);
    out.push_back('}');
  }
  out.append("]}");
  writer.end();
}

void write_error(ErrorCode code, std::string_view message, std::string_view id, MessageWriter& writer) {
  std::string& out = writer.begin({"error", id});
  out.append("{\"code\":");
  append_json_string(to_string(code), out);
  out.append(",\"message\":");
  append_json_string(message, out);
  out.append(is_retryable(code) ? ",\"retryable\":true}" : ",\"retryable\":false}");
  writer.end();
}

void render_end(const LogHead& run, const Event& event, std::string_view id, MessageWriter& writer) {
  const auto terminal = decode_terminal(event.payload);
  if (!terminal) return;
  write_status(to_string(state_after(event.type)), {}, writer);
  if (event.type == EventType::completed)
    render_completed(run, *terminal, id, writer);
  else
    write_error(terminal->code, terminal->message, id, writer);
}

class AssistantDialect final : public Dialect {
 public:
  void render(const LogHead& run, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    const PositionText id(position);
    switch (event.type) {
      case EventType::delta: {
        std::string& out = writer.begin({"response_chunk", id});
        out.append("{\"content\":\"");
        append_json_text(event.payload, out);
        out.append("\"}");
        return writer.end();
      }
      case EventType::started:
        return write_status("queued", id, writer);
      case EventType::restarted:
        return write_status("restarted", id, writer);
      case EventType::stage:
        return render_stage(event, id, writer);
      case EventType::tool_call:
        return render_tool_call(event, id, writer);
      case EventType::completed:
      case EventType::failed:
      case EventType::cancelled:
      case EventType::interrupted:
        return render_end(run, event, id, writer);
      default:
        return;
    }
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    write_error(error.code, error.detail, {}, writer);
  }
};

}  // namespace

const Format& format() {
  static const AssistantDialect dialect;
  static const Format format{dialect, transport::sse_framing()};
  return format;
}

}  // namespace belay::surfaces::assistant
